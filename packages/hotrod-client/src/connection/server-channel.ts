import { performance } from 'node:perf_hooks';
import type { EventMessage, Topology } from '@kvtwin/hotrod-protocol';
import { refuseOverload } from '../cluster/overload.js';
import { WaitingCalls } from '../cluster/waiting-calls.js';
import { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import { formatServerAddress, type ServerAddress } from '../options/server-address.js';
import type { PendingCall } from '../pending-call.js';
import type { ChannelEnvironment } from './channel-environment.js';
import { ConnectRecord } from './connect-record.js';
import { type Connection, type ConnectionEnd, type ConnectionOwner, encodingError } from './connection.js';
import { ConnectionWatch } from './connection-watch.js';
import { openConnection } from './open-connection.js';
import { ReconnectBackoff } from './reconnect-backoff.js';

/** What a channel tells its cluster. */
export interface ChannelOwner {
  /** A connection is open, its version agreed on, its login made. */
  onOpen(channel: ServerChannel, connection: Connection): void;
  /** An attempt to connect has failed; the next one is planned. */
  onNotOpen(channel: ServerChannel, error: HotRodError): void;
  /** An open connection is over. `calls` await an answer that will not come; `waiting` were not sent. */
  onLost(
    channel: ServerChannel,
    connection: Connection,
    end: ConnectionEnd,
    waiting: readonly PendingCall[],
  ): void;
  /** The header of a reply says who is in the cluster. */
  onTopology(connection: Connection, call: PendingCall, topology: Topology): void;
  /** Something that no request asked for. */
  onEvent(connection: Connection, event: EventMessage): void;
  /** The server refuses a call that another one could do. Whether it was taken over; else it fails. */
  onUnavailable(channel: ServerChannel, call: PendingCall): boolean;
  /** Whether calls can be given to another server now. */
  hasOthers(channel: ServerChannel): boolean;
}

/** A connection that ended sooner counts as a failed attempt, so that a server that takes and drops them is not besieged. */
const LASTING_CONNECTION_MS = 1_000;
/** Who refuses a login or a certificate is not asked again sooner, unless somebody calls: accounts get locked that way. */
const REFUSED_PAUSE_MS = 30_000;
/**
 * A call that finds nobody has a server asked again after so long, however far off the next attempt is: one that is back
 * serves at once. A busy client asks a server that is not there some times in a second.
 */
const HURRY_AFTER_MS = 200;
/** A connection that is to end once its cursors do is not waited for longer: servers forget cursors after minutes too. */
const LONGEST_CURSOR_SILENCE_MS = 60_000;

/**
 * One server as the client sees it, over all its connections, of which there is never more than one.
 *
 * ```
 *   resting ── start() ──▶ connecting ──▶ open ── lost ──▶ connecting …
 *      ▲                    ▲      │        │
 *      │                    └─ pause ◀──────┤ failed
 *      └────────── rest(): no new calls; those under way and cursors are waited for
 * ```
 *
 * Once started it connects again by itself, for ever, with growing pauses, whether or not anybody calls.
 */
export class ServerChannel implements ConnectionOwner {
  /** Calls may be given to it: there is a connection, it is to stay, and its server answers. */
  ready = false;
  /** Attempts to connect that failed since it was started or was last open. */
  failures = 0;
  readonly #owner: ChannelOwner;
  readonly #environment: ChannelEnvironment;
  readonly #waiting: WaitingCalls;
  readonly #backoff: ReconnectBackoff;
  readonly #watch: ConnectionWatch;
  #address: ServerAddress;
  #connection: Connection | undefined;
  #openedAtMs = 0;
  #wanted = false;
  #attempt: AbortController | undefined;
  #pause: NodeJS.Timeout | undefined;
  #mayHurryAtMs = 0;

  constructor(address: ServerAddress, owner: ChannelOwner, environment: ChannelEnvironment) {
    this.#address = address;
    this.#owner = owner;
    this.#environment = environment;
    this.#waiting = new WaitingCalls(environment.backlog);
    const { keepAliveMs, connectTimeoutMs, timeoutMs, reconnectMinMs, reconnectMaxMs } = environment.options;
    const answerWithinMs = Math.max(connectTimeoutMs, timeoutMs);
    this.#watch = new ConnectionWatch(
      {
        keepAliveMs,
        answerWithinMs,
        answerSoonMs: connectTimeoutMs,
        hasOthers: () => owner.hasOthers(this),
      },
      environment.timer,
    );
    this.#backoff = new ReconnectBackoff({
      minMs: reconnectMinMs,
      maxMs: reconnectMaxMs,
      random: environment.random,
    });
  }

  get address(): ServerAddress {
    return this.#address;
  }

  /** `host:port`. */
  get name(): string {
    return formatServerAddress(this.#address);
  }

  /** Open, also while it is being ended or its server doubted. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Whether it is to have a connection. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Whether an attempt is under way. */
  get connecting(): boolean {
    return this.#attempt !== undefined;
  }

  /** Calls that wait for their turn here. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The same server turned out to have this address in the cluster: later connections go there. */
  rename(address: ServerAddress): void {
    this.#address = address;
  }

  /** Connects, and connects again whenever that is lost. */
  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.failures = 0;
    this.#update();
    if (this.#connection === undefined && this.#attempt === undefined) void this.#connect();
  }

  /** Somebody waits for a connection: does not let a long pause pass that only spares the server. */
  hurry(): void {
    if (this.#pause !== undefined && performance.now() >= this.#mayHurryAtMs) this.#connectNow();
  }

  /** Takes no more calls and ends the connection when those under way are answered. May be started again. */
  rest(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#attempt?.abort();
    this.#update();
    this.endWhenDone();
  }

  /** Ends at once; what is under way fails with `HOTROD_CLOSED`. */
  close(): void {
    this.rest();
    this.#connection?.drop('HOTROD_CLOSED', 'the client was closed');
  }

  /** Sends the call, has it wait, or refuses it where the client is told to. There must be a connection. */
  submit(call: PendingCall): void {
    const connection = this.#connection as Connection;
    if (connection.writable && this.#waiting.size === 0) {
      this.#send(connection, call);
      return;
    }
    const { inFlight } = connection;
    const ahead = { inFlight, waiting: this.#waiting.size, where: `for ${this.name}` };
    const { options, backlog } = this.#environment;
    if (refuseOverload(call, options, backlog, ahead)) return;
    this.#waiting.push(call);
    this.onProgress();
  }

  /** Calls that were not sent yet. */
  takeWaiting(): PendingCall[] {
    return this.#waiting.drain();
  }

  forEachCall(visit: (call: PendingCall) => void): void {
    this.#connection?.forEachCall(visit);
    this.#waiting.forEach(visit);
  }

  /** Looks after a silent server. `overdue`: calls of the client that just timed out. */
  lookAfter(overdue: readonly PendingCall[], nowMs: number): void {
    if (overdue.length > 0) this.#waiting.forgetSettled();
    const connection = this.#connection;
    if (connection === undefined) return;
    if (connection.isForsaken && connection.inFlight >= this.#environment.options.maxInFlight) {
      connection.drop('HOTROD_CONNECTION_LOST', 'the server left too many requests unanswered');
      return;
    }
    this.#watch.look(connection, overdue, nowMs);
    this.#update();
    this.endWhenDone();
  }

  /** Ends a connection that is not wanted any more and on which nothing is under way. */
  endWhenDone(): void {
    const connection = this.#connection;
    if (this.#wanted || connection === undefined || this.#waiting.size > 0 || !connection.isForsaken) return;
    const silentMs = performance.now() - connection.lastReadAtMs;
    if (connection.pins > 0 && silentMs < LONGEST_CURSOR_SILENCE_MS) {
      const nowMs = performance.now();
      this.#environment.timer.wakeBy(nowMs + LONGEST_CURSOR_SILENCE_MS - silentMs, nowMs);
      return;
    }
    connection.drop('HOTROD_CONNECTION_LOST', 'its server is no longer in use');
  }

  onProgress(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#watch.doubts || !this.ready) this.#update();
    while (this.#waiting.size > 0 && connection.writable) {
      const call = this.#waiting.shift();
      if (call !== undefined) this.#send(connection, call);
    }
    if (!this.#wanted) this.endWhenDone();
  }

  onTopology(connection: Connection, call: PendingCall, topology: Topology): void {
    this.#owner.onTopology(connection, call, topology);
  }

  onEvent(connection: Connection, event: EventMessage): void {
    this.#owner.onEvent(connection, event);
  }

  onUnavailable(call: PendingCall): boolean {
    return this.#owner.onUnavailable(this, call);
  }

  onEnd(connection: Connection, end: ConnectionEnd): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#update();
    const calls = end.calls.filter((call) => !call.settled && !this.#watch.owns(call));
    const lasted = performance.now() - this.#openedAtMs >= LASTING_CONNECTION_MS;
    if (lasted) this.#backoff.succeeded();
    this.#owner.onLost(this, connection, { ...end, calls }, this.#waiting.drain());
    if (!this.#wanted || this.connecting || this.#pause !== undefined) return;
    if (lasted) void this.#connect();
    else this.#connectLater();
  }

  #update(): void {
    this.ready = this.#wanted && this.#connection !== undefined && !this.#watch.doubts;
  }

  #send(connection: Connection, call: PendingCall): void {
    try {
      connection.send(call);
    } catch (error) {
      call.settle(encodingError(call, error));
    }
  }

  /** One attempt; never rejects. */
  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const record = new ConnectRecord(this.#environment.options.name, this.name);
    let connection: Connection | undefined;
    let failure: HotRodError | undefined;
    try {
      connection = await this.#open(attempt.signal);
      if (connection.ended) failure = closedBehindPing(connection.server);
    } catch (error) {
      failure = connectFailure(error);
    }
    this.#attempt = undefined;
    if (failure === undefined) record.succeeded(connection as Connection);
    else record.failed(failure);
    if (!this.#wanted) connection?.drop('HOTROD_CLOSED', 'the server is no longer in use');
    else if (failure === undefined) this.#opened(connection as Connection);
    else if (attempt.signal.aborted) void this.#connect();
    else this.#failed(failure);
  }

  #open(signal: AbortSignal): Promise<Connection> {
    const { options, intelligence, traffic, nowMs } = this.#environment;
    return openConnection(this.#address, { ...options, intelligence, traffic, nowMs, signal, owner: this });
  }

  #opened(connection: Connection): void {
    this.#connection = connection;
    this.#openedAtMs = performance.now();
    this.failures = 0;
    this.#watch.begin(connection, performance.now());
    this.#update();
    debugLog('connection %d to %s speaks %s', connection.id, connection.server, connection.version);
    this.#owner.onOpen(this, connection);
  }

  #failed(failure: HotRodError): void {
    debugLog('no connection to %s: %s', this.name, failure.message);
    this.failures++;
    this.#connectLater(failure);
    this.#owner.onNotOpen(this, failure);
  }

  #connectLater(failure?: HotRodError): void {
    const pauseMs = this.#backoff.failed();
    const refused = failure !== undefined && failure.code !== 'HOTROD_CONNECT';
    const isAbsent = failure !== undefined && !refused;
    this.#mayHurryAtMs = performance.now() + (isAbsent ? Math.min(pauseMs, HURRY_AFTER_MS) : pauseMs);
    this.#pause = setTimeout(
      () => this.#connectNow(),
      refused ? Math.max(REFUSED_PAUSE_MS, pauseMs) : pauseMs,
    );
    this.#pause.unref();
  }

  #connectNow(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (this.#wanted && !this.connecting) void this.#connect();
  }
}

function connectFailure(error: unknown): HotRodError {
  if (HotRodError.is(error)) return error;
  return new HotRodError(`no connection: ${String(error)}`, { code: 'HOTROD_CONNECT', cause: error });
}

function closedBehindPing(server: string): HotRodError {
  return new HotRodError(`${server} closed the connection behind the first ping`, {
    code: 'HOTROD_CONNECT',
    server,
    retryable: true,
  });
}
