import type { Socket } from 'node:net';
import { ByteWriter } from '@kvtwin/bytes';
import {
  type EventMessage,
  encodeRequest,
  type HotRodProtocolError,
  type ProtocolVersion,
  ResponseDecoder,
  type Topology,
  UNKNOWN_TOPOLOGY_ID,
} from '@kvtwin/hotrod-protocol';
import { textOf } from '../cache/text-of.js';
import { HotRodError, type HotRodErrorCode } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import { formatServerAddress } from '../options/server-address.js';
import type { PendingCall } from '../pending-call.js';
import { InFlightRequests } from './in-flight-requests.js';
import { requestForVersion } from './legacy-expiration.js';
import type { OpenedSocket } from './open-socket.js';
import { RequestHeaders, tracedHeader } from './request-headers.js';
import { serverFailureOf } from './server-failure.js';

/** What a connection tells its owner. */
export interface ConnectionOwner {
  /** Answers came or the socket drained: more may be sent. */
  onProgress(): void;
  /** The header of a reply says who is in the cluster. */
  onTopology(connection: Connection, call: PendingCall, topology: Topology): void;
  /** Something that no request asked for. */
  onEvent(connection: Connection, event: EventMessage): void;
  /** The server refuses a call that another one could do. Whether it was taken over; else it fails. */
  onUnavailable(call: PendingCall): boolean;
  /** It is over. `calls` await an answer that will not come; settled ones may be among them. */
  onEnd(connection: Connection, end: ConnectionEnd): void;
}

/** How a connection ended. */
export interface ConnectionEnd {
  readonly code: HotRodErrorCode;
  readonly why: string;
  readonly cause?: unknown;
  readonly calls: readonly PendingCall[];
}

/** Limits of one connection. */
export interface ConnectionLimits {
  readonly maxInFlight: number;
  readonly maxValueBytes: number;
  /** Header `ClientIntelligence` of calls that have none of their own. */
  readonly intelligence: number;
  /** Counted over all connections. */
  readonly traffic: { bytesReceived: number; bytesSent: number };
}

/** Values from this size on are handed to the socket as they are; below, copying them is cheaper than one more chunk. */
const BORROW_AT_LEAST_BYTES = 4_096;
/** Bytes encoded in one tick before further calls wait for the flush: bounds what lies between two looks at the socket. */
const MAX_UNFLUSHED_BYTES = 256 * 1024;
/** Memory reserved for the requests of a tick. */
const SLAB_BYTES = 16 * 1024;

let lastId = 0;

/**
 * One socket, everybody's requests pipelined on it.
 *
 * ```
 *   send() → encoded at once into one growing buffer ─ end of the tick, or of the loop's turn → one write of all of it
 *   data   → ResponseDecoder, asks the in-flight table whose answer it is → the call is settled
 * ```
 */
export class Connection {
  readonly id = ++lastId;
  readonly server: string;
  /** `address:port` of the other end, whatever name it was found by. */
  readonly remote: string;
  version: ProtocolVersion = '3.1';
  /** Cursors and the like that live on it. */
  pins = 0;
  bytesRead = 0;
  /** `performance.now()` of the last bytes from the server. */
  lastReadAtMs = performance.now();
  readonly #socket: Socket;
  readonly #reusesMemory: boolean;
  readonly #owner: ConnectionOwner;
  readonly #limits: ConnectionLimits;
  readonly #nowMs: () => number;
  readonly #inFlight = new InFlightRequests<PendingCall>();
  readonly #headers = new RequestHeaders();
  readonly #writer = new ByteWriter({ borrowAtLeast: BORROW_AT_LEAST_BYTES });
  readonly #decoder: ResponseDecoder<PendingCall>;
  #flushScheduled = false;
  #blocked = false;
  #ended = false;
  /** Highest message id whose bytes were handed to the socket. */
  #flushedId = 0;
  #encodedId = 0;

  constructor(
    opened: OpenedSocket,
    server: string,
    owner: ConnectionOwner,
    limits: ConnectionLimits,
    nowMs: () => number,
  ) {
    const { socket } = opened;
    this.#socket = socket;
    this.#reusesMemory = opened.reusesMemory;
    this.server = server;
    this.remote = remoteOf(socket);
    this.#owner = owner;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#decoder = new ResponseDecoder<PendingCall>({
      pendingOf: (messageId) => this.#inFlight.peek(Number(messageId)),
      limits: { maxArrayBytes: limits.maxValueBytes },
      textOf,
      reuseReplies: true,
    });
    // A client keeps the process alive while calls are under way, by its timer; a connection alone does not.
    socket.unref();
    opened.receive((chunk) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('error', (cause) =>
      this.#end('HOTROD_CONNECTION_LOST', `the connection failed: ${cause.message}`, cause),
    );
    socket.on('end', () => this.#end('HOTROD_CONNECTION_LOST', 'the server closed the connection'));
    socket.on('close', () => this.#end('HOTROD_CONNECTION_LOST', 'the connection was closed'));
  }

  /** Whether another request may be put on it now. */
  get writable(): boolean {
    return (
      !this.#blocked &&
      !this.#ended &&
      this.#inFlight.size < this.#limits.maxInFlight &&
      this.#writer.length < MAX_UNFLUSHED_BYTES
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Requests without an answer, also those whose caller has gone. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Whether the server has all of a call that is older than a time and has not said a word since then. */
  owesSince(timeMs: number): boolean {
    if (this.lastReadAtMs > timeMs || this.#socket.writableLength > 0) return false;
    let owes = false;
    this.#inFlight.forEach((call) => {
      owes ||= !call.settled && call.submittedAtMs <= timeMs;
    });
    return owes;
  }

  /** Whether nobody waits for an answer any more. */
  get isForsaken(): boolean {
    let awaited = false;
    this.#inFlight.forEach((call) => {
      awaited ||= !call.settled;
    });
    return !awaited;
  }

  /** Encodes a call and has it written with the others of this tick. Throws, and sends nothing, where it cannot be encoded. */
  send(call: PendingCall): void {
    const writer = this.#writer;
    if (!this.#flushScheduled) writer.ensure(SLAB_BYTES);
    const { target, operation, route } = call;
    const messageId = this.#inFlight.add(call);
    const { version } = this;
    const intelligence = target.intelligence ?? this.#limits.intelligence;
    const topologyId =
      route === undefined || target.intelligence !== undefined ? UNKNOWN_TOPOLOGY_ID : route.topologyId;
    try {
      const plain = this.#headers.headerFor(target, call.flags, version, intelligence, topologyId);
      const header = call.parameters === undefined ? plain : tracedHeader(plain, call.parameters);
      header.messageId = messageId;
      call.header = plain;
      encodeRequest(writer, operation, header, requestForVersion(call.request, version, this.#nowMs));
    } catch (error) {
      this.#inFlight.take(messageId);
      throw error;
    }
    call.messageId = messageId;
    call.sentOn = this.id;
    call.server = this.server;
    call.sends++;
    call.recorder?.sent(call);
    this.#encodedId = messageId;
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      // Alone: no time to lose. Else with what else comes in before the next look at the sockets, one write for all callers.
      if (this.#inFlight.size === 1) process.nextTick(flush, this);
      else setImmediate(flush, this);
    }
  }

  /** Whether bytes of a call were handed to the socket. */
  wasWritten(call: PendingCall): boolean {
    return call.sentOn === this.id && call.messageId <= this.#flushedId;
  }

  forEachCall(visit: (call: PendingCall) => void): void {
    this.#inFlight.forEach(visit);
  }

  /** Ends it and hands its calls to the owner. */
  drop(code: HotRodErrorCode, why: string, cause?: unknown): void {
    this.#end(code, why, cause);
  }

  /** @internal Writes what was encoded since the last time. */
  flush(): void {
    this.#flushScheduled = false;
    if (this.#ended || this.#writer.length === 0) return;
    const wasFull = this.#writer.length >= MAX_UNFLUSHED_BYTES;
    this.#flushedId = this.#encodedId;
    this.#limits.traffic.bytesSent += this.#writer.length;
    this.#write(this.#writer.takeParts());
    if (wasFull && !this.#blocked && !this.#ended) this.#owner.onProgress();
  }

  #write(parts: readonly Uint8Array[]): void {
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      this.#blocked = !this.#socket.write(first);
      return;
    }
    this.#socket.cork();
    for (const part of parts) this.#blocked = !this.#socket.write(part);
    this.#socket.uncork();
  }

  #onDrain(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    if (!this.#ended) this.#owner.onProgress();
  }

  #onData(chunk: Uint8Array): void {
    if (this.#ended) return;
    const first = this.bytesRead === 0;
    this.bytesRead += chunk.length;
    this.#limits.traffic.bytesReceived += chunk.length;
    this.lastReadAtMs = performance.now();
    try {
      this.#decoder.push(chunk);
      this.#settleAnswered();
      if (this.#reusesMemory) this.#decoder.detach();
    } catch (error) {
      this.#end(
        'HOTROD_PROTOCOL',
        this.#whyUnreadable(error as HotRodProtocolError, first ? chunk : undefined),
        error,
      );
      return;
    }
    if (!this.#ended) this.#owner.onProgress();
  }

  #whyUnreadable({ code, message }: HotRodProtocolError, firstBytes: Uint8Array | undefined): string {
    const hint = firstBytes === undefined ? '' : firstBytesHint(firstBytes);
    if (code !== 'HOTROD_LIMIT') return `the server's answer is not Hot Rod: ${message}${hint}`;
    const { maxValueBytes } = this.#limits;
    return `the server's answer is past a limit of the client (maxValueBytes is ${maxValueBytes}), or is not Hot Rod: ${message}${hint}`;
  }

  #settleAnswered(): void {
    for (let message = this.#decoder.next(); message !== undefined; message = this.#decoder.next()) {
      if (message.kind === 'reply') {
        const { topology, reply } = message;
        const call = this.#inFlight.take(Number(message.messageId));
        if (call === undefined) continue;
        if (topology !== undefined) this.#owner.onTopology(this, call, topology);
        this.pins += call.pins;
        call.succeed(reply, topology, this.lastReadAtMs);
      } else if (message.kind === 'error') {
        this.#failed(Number(message.messageId), message.status, message.message);
      } else if (message.kind === 'event') {
        this.#owner.onEvent(this, message);
      }
      if (this.#ended) return;
    }
  }

  #failed(messageId: number, status: number, text: string): void {
    const call = this.#inFlight.take(messageId);
    const failure = serverFailureOf(status, text);
    const hex = `0x${status.toString(16)}`;
    if (call !== undefined && failure.elsewhere && this.#owner.onUnavailable(call)) return;
    call?.fail(`was refused with status ${hex}: ${text}`, {
      code: failure.code,
      status,
      retryable: failure.retryable,
      mayHaveBeenApplied: failure.mayHaveBeenApplied && call.mayBeApplied,
    });
    if (call === undefined || failure.dropConnection) {
      this.#end(
        'HOTROD_CONNECTION_LOST',
        `the connection was dropped after the server's status ${hex}: ${text}`,
      );
    }
  }

  #end(code: HotRodErrorCode, why: string, cause?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    debugLog('connection %d to %s ended: %s', this.id, this.server, why);
    this.#owner.onEnd(this, { code, why, cause, calls: this.#inFlight.drain() });
  }
}

function flush(connection: Connection): void {
  connection.flush();
}

function remoteOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return formatServerAddress({ host: remoteAddress.replace(/^::ffff:(?=\d+\.)/, ''), port: remotePort });
}

/** A web server on the wrong port is the usual mistake. */
function firstBytesHint(chunk: Uint8Array): string {
  const start = String.fromCharCode(...chunk.subarray(0, 24));
  return /^HTTP\/|^</.test(start) ? '; it answers like a web server' : '';
}

/** Anything thrown while a request is encoded, as an error for its caller. */
export function encodingError(call: PendingCall, thrown: unknown): HotRodError {
  if (HotRodError.is(thrown)) return thrown;
  const unsupported = (thrown as { code?: unknown }).code === 'HOTROD_UNSUPPORTED';
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new HotRodError(`${call.describe()} cannot be sent: ${why}`, {
    code: unsupported ? 'HOTROD_UNSUPPORTED' : 'HOTROD_INVALID_ARGUMENT',
    operation: call.operation.name,
    server: call.server,
    mayHaveBeenApplied: call.mayBeApplied,
    cause: thrown,
  });
}
