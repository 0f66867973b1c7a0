import type { HttpReplyInput, HttpRequest } from '@kvtwin/hustdb-protocol';
import {
  type Abortable,
  type CallDeadline,
  listenToAbort,
  type Receiver,
  stopListening,
} from '@kvtwin/versioned-value';
import { HustDbClientError } from './hustdb-client-error.js';
import { type ExchangeProgress, transportError } from './transport-error.js';
import type { Waiting } from './waiting-line.js';

/** What is known about a request besides its bytes; the same for all of a command. */
export interface SendContext {
  readonly operation: string;
  /** Whether the request changes something. */
  readonly write: boolean;
  /** Whether a refused body makes its connection unusable (the HA leaves it unread in it). */
  readonly dropAfterRefusedBody: boolean;
}

/** Who carries the requests out. */
export interface ExchangeOwner {
  /** `host:port`. */
  readonly server: string;
  readonly maxReplyBytes: number;
  /** It is over with its connection, or never had one. */
  settled(exchange: PendingExchange): void;
  /** Its connection broke before the reply began: whether it is sent once more. */
  sendAgain(exchange: PendingExchange): boolean;
}

/** One request on its way and its reply. Settles exactly once. One object for all of it, for there are as many as requests. */
export class PendingExchange implements CallDeadline, Abortable, Waiting {
  readonly request: HttpRequest;
  readonly context: SendContext;
  dueMs = 0;
  slot = -1;
  place = -1;
  progress: ExchangeProgress = 'waiting';
  /** Whether it was sent before, on a connection that broke; it does not go on one that is as old. */
  isSecond = false;
  /** Drops the connection that it is on. */
  drop: (() => void) | undefined;
  readonly #owner: ExchangeOwner;
  readonly #signal: AbortSignal | undefined;
  readonly #receiver: Receiver<HttpReplyInput>;
  #settled = false;

  constructor(
    request: HttpRequest,
    context: SendContext,
    owner: ExchangeOwner,
    signal: AbortSignal | undefined,
    receiver: Receiver<HttpReplyInput>,
  ) {
    this.request = request;
    this.context = context;
    this.#owner = owner;
    this.#signal = signal;
    this.#receiver = receiver;
    if (signal !== undefined) listenToAbort(signal, this);
  }

  /** Gives up: the caller gets the error, and the connection is dropped where the request stands on one. */
  cancel(
    code: 'HUSTDB_TIMEOUT' | 'HUSTDB_ABORTED' | 'HUSTDB_CLOSED' | 'HUSTDB_REPLY_TOO_LARGE',
    message: string,
    cause?: unknown,
  ): void {
    const { operation } = this.context;
    const { server } = this.#owner;
    const mayHaveBeenApplied = this.#mayHaveBeenApplied;
    this.fail(new HustDbClientError(message, { code, server, operation, mayHaveBeenApplied, cause }));
    this.drop?.();
  }

  /** @internal The time limit. */
  expire(): void {
    const { operation, write } = this.context;
    const { server } = this.#owner;
    const late = write ? '; the server may still apply it' : '';
    this.cancel('HUSTDB_TIMEOUT', `${operation} at ${server} timed out${late}`);
  }

  /** @internal The signal has fired. */
  abort(): void {
    const { operation } = this.context;
    const { server } = this.#owner;
    this.cancel('HUSTDB_ABORTED', `${operation} at ${server} was aborted`, this.#signal?.reason);
  }

  tooLong(): void {
    const { operation } = this.context;
    const { server, maxReplyBytes } = this.#owner;
    const message = `${operation} at ${server}: the reply is longer than ${maxReplyBytes} bytes`;
    this.cancel('HUSTDB_REPLY_TOO_LARGE', message);
  }

  /** Its connection ended, or was never made, for this reason. */
  broken(cause: Error): void {
    if (this.#settled) return;
    this.drop = undefined;
    if (this.progress === 'sent' && this.#owner.sendAgain(this)) return;
    const described = { server: this.#owner.server, operation: this.context.operation };
    this.fail(transportError(cause, this.progress, described, this.#mayHaveBeenApplied));
  }

  /** The reply is none. */
  misread(error: unknown): void {
    const { operation, write } = this.context;
    const { server } = this.#owner;
    this.fail(HustDbClientError.fromProtocol(error, { server, operation, mayHaveBeenApplied: write }));
  }

  /** Whether it may share a connection with others: nothing is lost where it has to be sent again. */
  get isPlainRead(): boolean {
    return !this.context.write && this.request.body === undefined;
  }

  /** Whether its connection is to be dropped after a status but 200. */
  get dropsUnlessOk(): boolean {
    return this.context.dropAfterRefusedBody && this.request.body !== undefined;
  }

  succeed(reply: HttpReplyInput): void {
    if (this.#settle()) this.#receiver.succeed(reply);
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#receiver.fail(error);
  }

  get #mayHaveBeenApplied(): boolean {
    return this.context.write && this.progress !== 'waiting';
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    if (this.#signal !== undefined) stopListening(this.#signal, this);
    this.#owner.settled(this);
    return true;
  }
}
