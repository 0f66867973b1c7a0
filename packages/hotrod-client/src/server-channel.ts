import { performance } from 'node:perf_hooks';
import type { ProtocolVersion } from '@kvtwin/hotrod-protocol';
import { CallQueue } from './call-queue.js';
import { type Connection, type ConnectionEnd, type ConnectionOwner, encodingError } from './connection.js';
import { ConnectionWatch } from './connection-watch.js';
import { debugLog } from './debug-log.js';
import { HotRodError } from './hotrod-error.js';
import { openConnection } from './open-connection.js';
import type { ResolvedOptions } from './options.js';
import type { PendingCall } from './pending-call.js';
import { ReconnectBackoff } from './reconnect-backoff.js';
import { formatServerAddress, type ServerAddress } from './server-address.js';
import { WakeTimer } from './wake-timer.js';

/** What a channel takes from outside. */
export interface ServerChannelEnvironment {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** 0 up to 1. */
  readonly random: () => number;
}

/** A request this large that is lost with its connection was probably too large for the server. */
const SUSPICIOUS_SIZE_BYTES = 1024 * 1024;

/**
 * One server as the client sees it, over all its connections: calls wait here while there is none or while it is full,
 * are sent again where that is safe, and time out here. One timer serves all deadlines and the idle pings.
 *
 * ```
 *   submit → [ waiting, first in first out ] → Connection → settled
 *                 ↑ never written, or a read whose connection was lost
 * ```
 *
 * While no connection can be made, calls wait for the next attempts; once `maxRetries` more have failed, calls between
 * attempts fail at once, so that a dead server costs its callers no time. The next call after each pause tries anew.
 */
export class ServerChannel implements ConnectionOwner {
  readonly #options: ResolvedOptions;
  readonly #environment: ServerChannelEnvironment;
  readonly #waiting = new CallQueue<PendingCall>();
  readonly #backoff: ReconnectBackoff;
  readonly #timer = new WakeTimer(() => this.#sweep());
  readonly #watch: ConnectionWatch;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  #addressIndex = 0;
  #nextAttemptAtMs = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #lastFailure: HotRodError | undefined;
  #waitingBytes = 0;
  /** Calls not yet settled: they keep the process alive. */
  #active = 0;
  #closed = false;

  constructor(options: ResolvedOptions, environment: ServerChannelEnvironment) {
    this.#options = options;
    this.#environment = environment;
    const { keepAliveMs } = options;
    const answerWithinMs = Math.max(options.connectTimeoutMs, options.timeoutMs);
    this.#watch = new ConnectionWatch({ keepAliveMs, answerWithinMs }, this.#timer);
    this.#backoff = new ReconnectBackoff({
      minMs: options.reconnectMinMs,
      maxMs: options.reconnectMaxMs,
      random: environment.random,
    });
  }

  /** Version of the open connection; undefined while there is none. */
  get version(): ProtocolVersion | undefined {
    return this.#connection?.version;
  }

  /** Calls waiting for their turn, and requests without an answer. */
  get load(): { readonly waiting: number; readonly waitingBytes: number; readonly inFlight: number } {
    const inFlight = this.#connection?.inFlight ?? 0;
    return { waiting: this.#waiting.size, waitingBytes: this.#waitingBytes, inFlight };
  }

  /** Makes a connection now, trying each address once. */
  async connect(): Promise<void> {
    if (this.#closed) throw closedError();
    if (this.#connection !== undefined) return;
    await this.#attempt();
    if (this.#connection === undefined) throw this.#lastFailure ?? closedError();
  }

  /** Sends the call, or has it wait. It is settled in any case. */
  submit(call: PendingCall): void {
    if (call.settled) return;
    if (this.#closed) {
      call.fail('cannot be sent: the client is closed', { code: 'HOTROD_CLOSED' });
      return;
    }
    call.submittedAtMs = performance.now();
    call.deadlineMs = call.submittedAtMs + call.timeoutMs;
    const ready = this.#connection !== undefined && this.#waiting.size === 0 && this.#connection.writable;
    if (!ready && this.#isOverloaded(call)) {
      call.fail(`cannot be queued: ${this.#describeLoad()}`, { code: 'HOTROD_OVERLOADED', retryable: true });
      return;
    }
    call.onSettled = this.#onSettled;
    if (this.#active++ === 0) this.#connection?.hold(true);
    this.#timer.wakeBy(call.deadlineMs, call.submittedAtMs);
    if (ready && this.#connection !== undefined) {
      this.#send(this.#connection, call);
      return;
    }
    this.#enqueue(call);
    if (this.#connection === undefined) this.#ensureConnection();
    else this.onProgress();
  }

  /** Settles every call with `HOTROD_CLOSED` and ends the connection. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort();
    this.#timer.stop();
    clearTimeout(this.#retryTimer);
    this.#connection?.drop('HOTROD_CLOSED', 'the client was closed');
    for (const call of this.#waiting.drain()) {
      call.fail('was not sent: the client was closed', { code: 'HOTROD_CLOSED' });
    }
  }

  onProgress(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    while (connection.writable) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      this.#waitingBytes -= call.sizeBytes;
      if (!call.settled) this.#send(connection, call);
    }
  }

  onEnd(connection: Connection, end: ConnectionEnd): void {
    if (this.#connection === connection) this.#connection = undefined;
    const again: PendingCall[] = [];
    for (const call of end.calls) {
      if (call.settled || this.#watch.owns(call)) continue;
      if (this.#maySendAgain(call, connection, end)) again.push(call);
      else this.#failLost(call, connection, end);
    }
    if (again.length > 0) {
      debugLog('%d calls are sent again after the loss of connection %d', again.length, connection.id);
      for (const call of again) this.#waitingBytes += call.sizeBytes;
      this.#waiting.prepend(again);
    }
    if (!this.#closed && this.#waiting.size > 0) this.#ensureConnection();
  }

  readonly #onSettled = (call: PendingCall): void => {
    call.onSettled = undefined;
    if (--this.#active === 0) this.#connection?.hold(false);
  };

  #send(connection: Connection, call: PendingCall): void {
    if (call.connectionId !== undefined && call.connectionId !== connection.id) {
      call.fail('lost its cursor: the connection that it belongs to has ended', {
        code: 'HOTROD_ITERATION_LOST',
        retryable: true,
      });
      return;
    }
    try {
      connection.send(call);
    } catch (error) {
      call.settle(encodingError(call, error));
    }
  }

  #enqueue(call: PendingCall): void {
    this.#waiting.push(call);
    this.#waitingBytes += call.sizeBytes;
  }

  #isOverloaded(call: PendingCall): boolean {
    const { overload, maxInFlight, maxQueuedBytes } = this.#options;
    if (overload === 'wait') return false;
    const { waiting, waitingBytes, inFlight } = this.load;
    return waiting + inFlight >= maxInFlight || waitingBytes + call.sizeBytes > maxQueuedBytes;
  }

  #describeLoad(): string {
    const { waiting, waitingBytes, inFlight } = this.load;
    const { maxInFlight, maxQueuedBytes } = this.#options;
    return `${inFlight} requests await an answer and ${waiting} calls of ${waitingBytes} bytes wait (maxInFlight ${maxInFlight}, maxQueuedBytes ${maxQueuedBytes})`;
  }

  #maySendAgain(call: PendingCall, connection: Connection, end: ConnectionEnd): boolean {
    if (end.code !== 'HOTROD_CONNECTION_LOST' || this.#closed) return false;
    if (call.connectionId !== undefined) return false;
    const unwritten = !connection.wasWritten(call);
    const safe = unwritten || (call.operation.readOnly && call.operation.idempotent);
    if (!safe || call.sends > this.#options.maxRetries) return false;
    if (unwritten) call.sentOn = 0;
    return true;
  }

  #failLost(call: PendingCall, connection: Connection, end: ConnectionEnd): void {
    const written = connection.wasWritten(call);
    const size = call.sizeBytes < SUSPICIOUS_SIZE_BYTES ? '' : this.#sizeHint(call);
    call.fail(`got no answer: ${end.why}${size}`, {
      code: end.code,
      cause: end.cause,
      retryable: end.code === 'HOTROD_CONNECTION_LOST' && (call.operation.idempotent || !written),
      mayHaveBeenApplied: written && !call.operation.readOnly,
    });
  }

  #sizeHint(call: PendingCall): string {
    return `; the request has ${call.sizeBytes} bytes, more than the server's max-content-length (10 MB by default) closes the connection`;
  }

  #ensureConnection(): void {
    if (this.#connection !== undefined || this.#connecting !== undefined || this.#retryTimer !== undefined)
      return;
    const waitMs = this.#nextAttemptAtMs - performance.now();
    if (waitMs <= 0) {
      void this.#attempt();
      return;
    }
    if (this.#backoff.failures > this.#options.maxRetries) {
      this.#failUnconnected(() => true);
      return;
    }
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      if (this.#waiting.size > 0) void this.#attempt();
    }, waitMs);
  }

  /** One attempt for all who wait; never rejects. */
  #attempt(): Promise<void> {
    this.#connecting ??= this.#open()
      .then(
        (connection) => this.#opened(connection),
        (error: unknown) => this.#notOpened(error),
      )
      .finally(() => {
        this.#connecting = undefined;
        if (!this.#closed && this.#connection === undefined && this.#waiting.size > 0)
          this.#ensureConnection();
      });
    return this.#connecting;
  }

  async #open(): Promise<Connection> {
    const { servers } = this.#options;
    for (let tried = 1; ; tried++) {
      const address = servers[this.#addressIndex % servers.length] as ServerAddress;
      try {
        return await openConnection(address, {
          ...this.#options,
          owner: this,
          nowMs: this.#environment.nowMs,
          signal: this.#closing.signal,
        });
      } catch (error) {
        debugLog('no connection to %s: %s', formatServerAddress(address), error);
        this.#addressIndex++;
        if (tried >= servers.length || this.#closed) throw error;
      }
    }
  }

  #opened(connection: Connection): void {
    if (this.#closed) {
      connection.drop('HOTROD_CLOSED', 'the client was closed');
      return;
    }
    if (connection.ended) {
      const { server } = connection;
      this.#notOpened(
        new HotRodError(`${server} closed the connection behind the first ping`, {
          code: 'HOTROD_CONNECT',
          server,
        }),
      );
      return;
    }
    this.#connection = connection;
    this.#backoff.succeeded();
    this.#lastFailure = undefined;
    connection.hold(this.#active > 0);
    this.#watch.begin(connection, performance.now());
    debugLog('connection %d to %s speaks %s', connection.id, connection.server, connection.version);
    this.onProgress();
  }

  #notOpened(error: unknown): void {
    if (this.#closed) return;
    this.#lastFailure = HotRodError.is(error)
      ? error
      : new HotRodError(`no connection: ${String(error)}`, { code: 'HOTROD_CONNECT', cause: error });
    const pauseMs = this.#backoff.failed();
    this.#nextAttemptAtMs = performance.now() + pauseMs;
    const hopeless = this.#lastFailure.code !== 'HOTROD_CONNECT';
    this.#failUnconnected((call) => hopeless || ++call.failedConnects > this.#options.maxRetries);
  }

  #failUnconnected(which: (call: PendingCall) => boolean): void {
    const last = this.#lastFailure;
    this.#waiting.forEach((call) => {
      if (call.settled || !which(call)) return;
      call.fail(`was not sent: ${last?.message ?? 'there is no connection'}`, {
        code: last?.code ?? 'HOTROD_CONNECT',
        server: last?.server,
        retryable: last?.retryable ?? true,
        cause: last,
      });
    });
    this.#forgetSettled();
  }

  #forgetSettled(): void {
    this.#waiting.filter((call) => {
      if (call.settled) this.#waitingBytes -= call.sizeBytes;
      return !call.settled;
    });
  }

  /** Fails what is overdue, looks after a silent connection, and plans the next wake-up. */
  #sweep(): void {
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    const overdue: PendingCall[] = [];
    let alive = 0;
    const look = (call: PendingCall): void => {
      if (call.settled) return;
      if (call.sentOn !== 0) alive++;
      if (call.deadlineMs <= nowMs) overdue.push(call);
      else if (call.deadlineMs < nextMs) nextMs = call.deadlineMs;
    };
    this.#connection?.forEachCall(look);
    this.#waiting.forEach(look);
    for (const call of overdue) this.#failOverdue(call);
    if (overdue.length > 0) this.#forgetSettled();
    if (nextMs < Number.POSITIVE_INFINITY) this.#timer.wakeBy(nextMs, nowMs);
    const connection = this.#connection;
    if (connection === undefined) return;
    if (alive === 0 && connection.inFlight >= this.#options.maxInFlight) {
      connection.drop('HOTROD_CONNECTION_LOST', 'the server left too many requests unanswered');
    } else {
      this.#watch.look(connection, overdue, nowMs);
    }
  }

  #failOverdue(call: PendingCall): void {
    const unconnected = call.sentOn === 0 && this.#lastFailure !== undefined;
    const why = unconnected
      ? `: ${this.#lastFailure?.message}`
      : call.sentOn === 0
        ? ', waiting for its turn'
        : '';
    call.fail(`timed out after ${Math.ceil(call.timeoutMs)} ms${why}`, {
      code: 'HOTROD_TIMEOUT',
      retryable: true,
      mayHaveBeenApplied: call.mayBeApplied,
      ...(unconnected ? { cause: this.#lastFailure } : {}),
    });
  }
}

function closedError(): HotRodError {
  return new HotRodError('the client is closed', { code: 'HOTROD_CLOSED' });
}
