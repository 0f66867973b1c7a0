import {
  type AnyReply,
  ClientIntelligence,
  type HeaderParameter,
  type MediaType,
  type OperationDefinition,
  operations,
  type PendingOperation,
  type ProtocolVersion,
  type Topology,
  UNKNOWN_TOPOLOGY_ID,
} from '@kvtwin/hotrod-protocol';
import { type Abortable, listenToAbort, stopListening } from './abort-listeners.js';
import type { CacheRoute } from './cache-route.js';
import type { CallRecorder } from './call-recorder.js';
import { HotRodError, type HotRodErrorDetails } from './hotrod-error.js';
import type { ServerChannel } from './server-channel.js';

/** Limits that every call takes. */
export interface CallOptions {
  /** Rejects the call with `HOTROD_ABORTED` when it fires; what was sent already is not taken back. */
  readonly signal?: AbortSignal;
  /** Milliseconds. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
}

/** What the header of a request says about the cache. */
export interface CallTarget {
  /** Empty: the server's default cache. */
  readonly cacheName: string;
  /** What the keys of the request are, and those of the reply shall be. */
  /** What the keys of the request are, and those of the reply shall be. */
  readonly keyMediaType: MediaType;
  /** The same of values. */
  /** The same of values. */
  readonly valueMediaType: MediaType;
  /** Header `ClientIntelligence`. Default: the client's; with one of its own a request gets its topology with the reply, for itself. */
  readonly intelligence?: number;
}

/** A call as its caller gives it. */
export interface CallInput<Request, Reply extends AnyReply, Result> {
  /** One of the `operations` of `@kvtwin/hotrod-protocol`. */
  /** One of the `operations` of `@kvtwin/hotrod-protocol`. */
  readonly operation: OperationDefinition<Request, Reply>;
  /** Its body, before it is encoded. */
  /** Its body, before it is encoded. */
  readonly request: Request;
  /** The cache, and the media types of its keys and values. */
  /** The cache, and the media types of its keys and values. */
  readonly target: CallTarget;
  /** Header `RequestFlag` bits. */
  readonly flags?: number;
  /** Bytes of keys and values, for `maxQueuedBytes`. */
  readonly payloadBytes?: number;
  /** Time limit and signal. */
  /** Time limit and signal. */
  readonly options?: CallOptions;
  /** The connection it must go to, by `Connection.id`: iterations live on one. */
  readonly connectionId?: number;
  /** The key whose owner it is best sent to, in the target's media type. Default: `request.key`, where the operation has one. */
  readonly routeBy?: Uint8Array;
  /** Turns the reply into the result; what it throws becomes `HOTROD_CODEC`. */
  interpret(reply: Reply, call: PendingCall): Result;
}

const PINS = new Map<unknown, number>([
  [operations.iterationStart, 1],
  [operations.iterationEnd, -1],
]);

/** Bytes that a waiting call takes beside its payload, roughly. */
const CALL_OVERHEAD_BYTES = 64;

/**
 * One call on its way: waiting, sent, settled. It is settled once; a sent call that timed out or was aborted stays
 * registered under its message id until the late answer was swallowed.
 */
export class PendingCall implements PendingOperation, Abortable {
  readonly operation: OperationDefinition;
  readonly request: unknown;
  readonly target: CallTarget;
  readonly flags: number;
  readonly sizeBytes: number;
  readonly connectionId: number | undefined;
  /** 1: it begins something that lives on its connection, which then stays open for it; -1: it ends that. */
  readonly pins: number;
  readonly routeBy: Uint8Array | undefined;
  readonly timeoutMs: number;
  /** On the clock of the channel, `performance.now()`. */
  submittedAtMs = 0;
  deadlineMs = 0;
  /** Set when it is encoded. */
  version: ProtocolVersion = '3.1';
  intelligence: number = ClientIntelligence.BASIC;
  topologyId: number = UNKNOWN_TOPOLOGY_ID;
  messageId = 0;
  /** The connection that it was sent on; 0 before. */
  sentOn = 0;
  /** Times that it was put on a connection, and times that no connection could be made for it. */
  sends = 0;
  failedConnects = 0;
  settled = false;
  /** How the cluster that it was given to last knows its cache; undefined for what concerns a connection alone. */
  route: CacheRoute | undefined;
  /** The server that could not do it the last time. */
  avoid: ServerChannel | undefined;
  /** `host:port`, once it is known. */
  server: string | undefined;
  /** What the reply's header told of the cluster. */
  topology: Topology | undefined;
  onSettled: ((call: PendingCall) => void) | undefined;
  /** Who counts it; undefined for the client's own. */
  recorder: CallRecorder | undefined;
  /** Of the header, protocol 4.0 on: the caller's trace. */
  parameters: readonly HeaderParameter[] | undefined;
  readonly #interpret: (reply: AnyReply, call: PendingCall) => unknown;
  readonly #signal: AbortSignal | undefined;
  /** An earlier attempt may have been applied. */
  #mayHaveLanded = false;
  #resolve: (result: unknown) => void = ignore;
  #reject: (error: HotRodError) => void = ignore;

  constructor(input: CallInput<unknown, AnyReply, unknown>, defaultTimeoutMs: number) {
    this.operation = input.operation;
    this.request = input.request;
    this.target = input.target;
    this.flags = input.flags ?? 0;
    this.sizeBytes = (input.payloadBytes ?? 0) + CALL_OVERHEAD_BYTES;
    this.connectionId = input.connectionId;
    this.pins = PINS.get(input.operation) ?? 0;
    this.routeBy =
      input.routeBy ??
      (input.operation.routing === 'key' ? (input.request as { readonly key?: Uint8Array }).key : undefined);
    this.timeoutMs = input.options?.timeoutMs ?? defaultTimeoutMs;
    this.#interpret = input.interpret;
    this.#signal = input.options?.signal;
  }

  /** Hands over the two ends of the caller's promise and begins to listen to the signal. */
  begin(resolve: (result: unknown) => void, reject: (error: HotRodError) => void): void {
    this.#resolve = resolve;
    this.#reject = reject;
    if (this.#signal === undefined) return;
    if (this.#signal.aborted) this.abort();
    else listenToAbort(this.#signal, this);
  }

  /** `atMs`: when the reply came, by `performance.now()`. */
  succeed(reply: AnyReply, topology: Topology | undefined, atMs: number): void {
    if (this.settled) return;
    this.topology = topology;
    let result: unknown;
    try {
      result = this.#interpret(reply, this);
    } catch (cause) {
      this.settle(HotRodError.is(cause) ? cause : this.#codecError(cause));
      return;
    }
    this.#finish();
    this.recorder?.succeeded(this, atMs);
    this.#resolve(result);
  }

  /** `what` goes behind the description of the call: `get #42 to 10.0.0.3:11222 timed out after 3000 ms`. */
  fail(what: string, details: HotRodErrorDetails): void {
    if (this.settled) return;
    const mayHaveBeenApplied = details.mayHaveBeenApplied || this.#mayHaveLanded;
    const after = mayHaveBeenApplied ? '; the server may have applied it' : '';
    this.settle(
      new HotRodError(`${this.describe()} ${what}${after}`, {
        operation: this.operation.name,
        ...(this.target.cacheName === '' ? {} : { cache: this.target.cacheName }),
        server: this.server,
        ...(this.messageId === 0 ? {} : { messageId: this.messageId }),
        ...details,
        mayHaveBeenApplied,
      }),
    );
  }

  /** It is going to be made again. From now on no error may say that it was not applied, if it could have been. */
  lostAttempt(why: string): void {
    this.#mayHaveLanded = this.mayBeApplied;
    this.recorder?.retried(this, why);
  }

  settle(error: HotRodError): void {
    if (this.settled) return;
    this.#finish();
    this.recorder?.failed(this, error);
    this.#reject(error);
  }

  abort(): void {
    const cause: unknown = this.#signal?.reason;
    this.fail('was aborted', { code: 'HOTROD_ABORTED', mayHaveBeenApplied: this.mayBeApplied, cause });
  }

  /** Whether the server may have executed it, or may yet: it changes something and was handed to a connection. */
  get mayBeApplied(): boolean {
    return this.#mayHaveLanded || (this.sentOn !== 0 && !this.operation.readOnly);
  }

  describe(): string {
    const id = this.messageId === 0 ? '' : ` #${this.messageId}`;
    const cache = this.target.cacheName === '' ? '' : ` on cache ${this.target.cacheName}`;
    return `${this.operation.name}${id}${cache}${this.server === undefined ? '' : ` to ${this.server}`}`;
  }

  #codecError(cause: unknown): HotRodError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new HotRodError(`${this.describe()}: the answer could not be decoded: ${why}`, {
      code: 'HOTROD_CODEC',
      operation: this.operation.name,
      cause,
    });
  }

  #finish(): void {
    this.settled = true;
    if (this.#signal !== undefined) stopListening(this.#signal, this);
    this.onSettled?.(this);
  }
}

function ignore(): void {}
