import {
  type AnyReply,
  ClientIntelligence,
  type HeaderParameter,
  type IterationVisit,
  type MediaType,
  type OperationDefinition,
  operations,
  type PendingOperation,
  type ProtocolVersion,
  type Topology,
  UNKNOWN_TOPOLOGY_ID,
} from '@kvtwin/hotrod-protocol';
import { type Abortable, listenToAbort, stopListening } from '@kvtwin/versioned-value';
import { type Payload, payloadBytes } from './cache/payload-bytes.js';
import type { HeaderDetails } from './connection/header-details.js';
import { HotRodError, type HotRodErrorDetails } from './hotrod-error.js';

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
  readonly keyMediaType: MediaType;
  /** The same of values. */
  readonly valueMediaType: MediaType;
  /** Header `ClientIntelligence`. Default: the client's; with one of its own a request gets its topology with the reply, for itself. */
  readonly intelligence?: number;
}

/** A call as its caller gives it. */
export interface CallInput<Request, Reply extends AnyReply, Result> {
  /** One of the `operations` of `@kvtwin/hotrod-protocol`. */
  readonly operation: OperationDefinition<Request, Reply>;
  /** Its body, before it is encoded. */
  readonly request: Request;
  /** The cache, and the media types of its keys and values. */
  readonly target: CallTarget;
  /** Header `RequestFlag` bits. */
  readonly flags?: number;
  /** Bytes of keys and values, for `maxQueuedBytes`. Default: those in the request. */
  readonly payloadBytes?: number;
  /** Time limit and signal. */
  readonly options?: CallOptions;
  /** The connection it must go to, by `Connection.id`: iterations live on one. */
  readonly connectionId?: number;
  /** The key whose owner it is best sent to, in the target's media type. Default: `request.key`, where the operation has one. */
  readonly routeBy?: Uint8Array;
  /** The value of a get or getWithMetadata may come as a string in place of its bytes. */
  readonly wantsText?: boolean;
  /** Is shown the entries of an iteration's batch instead of getting them in the reply. */
  readonly visit?: IterationVisit | undefined;
  /** Turns the reply into the result; what it throws becomes `HOTROD_CODEC`. */
  interpret(reply: Reply, call: PendingCall): Result;
}

/** Who hears of what becomes of a call. */
export interface CallObserver {
  /** It was put on a connection. */
  sent(call: PendingCall): void;
  /** The attempt was lost, and the call is about to be sent again. */
  retried(call: PendingCall, why: string): void;
  /** It was answered, at a time of `performance.now()`. */
  succeeded(call: PendingCall, atMs: number): void;
  failed(call: PendingCall, error: HotRodError): void;
}

/** What is known of the cache that a call goes to. */
export interface CallRoute {
  /** For the header. */
  readonly topologyId: number;
}

const PINS = new Map<unknown, number>([
  [operations.iterationStart, 1],
  [operations.iterationEnd, -1],
]);

/** Bytes that a waiting call takes beside its payload, roughly. */
const CALL_OVERHEAD_BYTES = 64;

/** What only few calls have. */
class Rare {
  failedConnects = 0;
  avoid: object | undefined;
  parameters: readonly HeaderParameter[] | undefined;
  topology: Topology | undefined;
  /** An earlier attempt may have been applied. */
  mayHaveLanded = false;
}

/** What calls say before they are sent. */
const NO_HEADER: HeaderDetails = {
  flags: 0,
  version: '3.1',
  intelligence: ClientIntelligence.BASIC,
  topologyId: UNKNOWN_TOPOLOGY_ID,
};

/**
 * One call on its way: waiting, sent, settled. It is settled once; a sent call that timed out or was aborted stays
 * registered under its message id until the late answer was swallowed. There are as many as there are calls: what can be
 * derived has no field.
 */
export class PendingCall implements PendingOperation, Abortable {
  readonly request: unknown;
  readonly timeoutMs: number;
  /** On the clock of the channel, `performance.now()`. */
  submittedAtMs = 0;
  messageId = 0;
  /** The connection that it was sent on; 0 before. */
  sentOn = 0;
  /** Times that it was put on a connection. */
  sends = 0;
  settled = false;
  /** How the cluster that it was given to last knows its cache; undefined for what concerns a connection alone. */
  route: CallRoute | undefined = undefined;
  /** `host:port`, once it is known. */
  server: string | undefined = undefined;
  /** What its header said; set when it is encoded. */
  header: HeaderDetails = NO_HEADER;
  onSettled: ((call: PendingCall) => void) | undefined = undefined;
  /** Who counts it; undefined for the client's own. */
  recorder: CallObserver | undefined = undefined;
  private readonly input: CallInput<unknown, AnyReply, unknown>;
  private resolve: (result: unknown) => void = ignore;
  private reject: (error: HotRodError) => void = ignore;
  private rare: Rare | undefined = undefined;

  /** `request`: instead of the input's, where many calls share one input. */
  constructor(
    input: CallInput<unknown, AnyReply, unknown>,
    defaultTimeoutMs: number,
    request: unknown = input.request,
  ) {
    this.input = input;
    this.request = request;
    this.timeoutMs = input.options?.timeoutMs ?? defaultTimeoutMs;
  }

  get operation(): OperationDefinition {
    return this.input.operation;
  }

  get target(): CallTarget {
    return this.input.target;
  }

  get flags(): number {
    return this.input.flags ?? 0;
  }

  get visit(): IterationVisit | undefined {
    return this.input.visit;
  }

  get wantsText(): boolean {
    return this.input.wantsText === true;
  }

  get connectionId(): number | undefined {
    return this.input.connectionId;
  }

  /** The key whose owner it is best sent to; to be used at once, for others may get the same array. */
  get routeBy(): Uint8Array | undefined {
    const { routeBy, operation } = this.input;
    if (routeBy !== undefined || operation.routing !== 'key') return routeBy;
    return (this.request as { readonly key?: Uint8Array }).key;
  }

  get sizeBytes(): number {
    return (this.input.payloadBytes ?? payloadBytes(this.request as Payload)) + CALL_OVERHEAD_BYTES;
  }

  /** 1: it begins something that lives on its connection, which then stays open for it; -1: it ends that. */
  get pins(): number {
    const { operation } = this.input;
    return operation.routing === 'connection' ? (PINS.get(operation) ?? 0) : 0;
  }

  get deadlineMs(): number {
    return this.submittedAtMs + this.timeoutMs;
  }

  get version(): ProtocolVersion {
    return this.header.version;
  }

  get intelligence(): number {
    return this.header.intelligence;
  }

  get topologyId(): number {
    return this.header.topologyId;
  }

  /** Times that no connection could be made for it. */
  get failedConnects(): number {
    return this.rare?.failedConnects ?? 0;
  }

  set failedConnects(count: number) {
    this.rarely().failedConnects = count;
  }

  /** The server that could not do it the last time. */
  get avoid(): object | undefined {
    return this.rare?.avoid;
  }

  set avoid(channel: object | undefined) {
    this.rarely().avoid = channel;
  }

  /** What the reply's header told of the cluster. */
  get topology(): Topology | undefined {
    return this.rare?.topology;
  }

  /** Of the header, protocol 4.0 on: the caller's trace. */
  get parameters(): readonly HeaderParameter[] | undefined {
    return this.rare?.parameters;
  }

  set parameters(parameters: readonly HeaderParameter[] | undefined) {
    if (parameters !== undefined) this.rarely().parameters = parameters;
  }

  /** Hands over the two ends of the caller's promise and begins to listen to the signal. */
  begin(resolve: (result: unknown) => void, reject: (error: HotRodError) => void): void {
    this.resolve = resolve;
    this.reject = reject;
    const signal = this.input.options?.signal;
    if (signal === undefined) return;
    if (signal.aborted) this.abort();
    else listenToAbort(signal, this);
  }

  /** `atMs`: when the reply came, by `performance.now()`. */
  succeed(reply: AnyReply, topology: Topology | undefined, atMs: number): void {
    if (this.settled) return;
    if (topology !== undefined) this.rarely().topology = topology;
    let result: unknown;
    try {
      result = this.input.interpret(reply, this);
    } catch (cause) {
      this.settle(HotRodError.is(cause) ? cause : this.codecError(cause));
      return;
    }
    this.finish();
    this.recorder?.succeeded(this, atMs);
    this.resolve(result);
  }

  /** `what` goes behind the description of the call: `get #42 to 10.0.0.3:11222 timed out after 3000 ms`. */
  fail(what: string, details: HotRodErrorDetails): void {
    if (this.settled) return;
    const mayHaveBeenApplied = details.mayHaveBeenApplied || this.rare?.mayHaveLanded === true;
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
    this.rarely().mayHaveLanded = this.mayBeApplied;
    this.recorder?.retried(this, why);
  }

  settle(error: HotRodError): void {
    if (this.settled) return;
    this.finish();
    this.recorder?.failed(this, error);
    this.reject(error);
  }

  abort(): void {
    const cause: unknown = this.input.options?.signal?.reason;
    this.fail('was aborted', { code: 'HOTROD_ABORTED', mayHaveBeenApplied: this.mayBeApplied, cause });
  }

  /** Whether the server may have executed it, or may yet: it changes something and was handed to a connection. */
  get mayBeApplied(): boolean {
    return this.rare?.mayHaveLanded === true || (this.sentOn !== 0 && !this.operation.readOnly);
  }

  describe(): string {
    const id = this.messageId === 0 ? '' : ` #${this.messageId}`;
    const cache = this.target.cacheName === '' ? '' : ` on cache ${this.target.cacheName}`;
    return `${this.operation.name}${id}${cache}${this.server === undefined ? '' : ` to ${this.server}`}`;
  }

  private codecError(cause: unknown): HotRodError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new HotRodError(`${this.describe()}: the answer could not be decoded: ${why}`, {
      code: 'HOTROD_CODEC',
      operation: this.operation.name,
      cause,
    });
  }

  private rarely(): Rare {
    this.rare ??= new Rare();
    return this.rare;
  }

  private finish(): void {
    this.settled = true;
    const signal = this.input.options?.signal;
    if (signal !== undefined) stopListening(signal, this);
    this.onSettled?.(this);
  }
}

function ignore(): void {}
