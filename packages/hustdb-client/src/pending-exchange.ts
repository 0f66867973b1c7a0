import type { HttpReplyInput, HttpRequest } from '@kvtwin/hustdb-protocol';
import type { CallDeadline } from '@kvtwin/versioned-value';
import { HustDbClientError } from './hustdb-client-error.js';
import { type ExchangeProgress, transportError } from './transport-error.js';

/** What an exchange needs to know besides its bytes. */
export interface ExchangeContext {
  readonly server: string;
  readonly operation: string;
  /** Whether the request changes something. */
  readonly write: boolean;
  readonly maxReplyBytes: number;
  /** Drop the connection after any status but 200: the HA leaves a refused body unread in it. */
  readonly dropUnlessOk: boolean;
}

/** Who carries the requests out. */
export interface ExchangeOwner {
  /** It is over with its connection, or never had one. */
  settled(exchange: PendingExchange): void;
  /** Its connection broke before the reply began: whether it is sent once more. */
  sendAgain(exchange: PendingExchange): boolean;
}

/** One request on its way and its reply. Settles exactly once. One object for all of it, for there are as many as requests. */
export class PendingExchange implements CallDeadline {
  readonly request: HttpRequest;
  readonly context: ExchangeContext;
  dueMs = 0;
  progress: ExchangeProgress = 'waiting';
  /** Whether it was sent before, on a connection that broke; it does not go on one that is as old. */
  isSecond = false;
  /** Drops the connection that it is on. */
  drop: (() => void) | undefined;
  readonly #owner: ExchangeOwner;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (reply: HttpReplyInput) => void;
  readonly #reject: (error: unknown) => void;
  #settled = false;

  constructor(
    request: HttpRequest,
    context: ExchangeContext,
    owner: ExchangeOwner,
    signal: AbortSignal | undefined,
    resolve: (reply: HttpReplyInput) => void,
    reject: (error: unknown) => void,
  ) {
    this.request = request;
    this.context = context;
    this.#owner = owner;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this, { once: true });
  }

  /** Gives up: the caller gets the error, and the connection is dropped where the request stands on one. */
  cancel(
    code: 'HUSTDB_TIMEOUT' | 'HUSTDB_ABORTED' | 'HUSTDB_CLOSED' | 'HUSTDB_REPLY_TOO_LARGE',
    message: string,
    cause?: unknown,
  ): void {
    const { server, operation } = this.context;
    const mayHaveBeenApplied = this.#mayHaveBeenApplied;
    this.fail(new HustDbClientError(message, { code, server, operation, mayHaveBeenApplied, cause }));
    this.drop?.();
  }

  /** @internal The time limit. */
  expire(): void {
    const { operation, server, write } = this.context;
    const late = write ? '; the server may still apply it' : '';
    this.cancel('HUSTDB_TIMEOUT', `${operation} at ${server} timed out${late}`);
  }

  /** @internal The signal. */
  handleEvent(): void {
    const { operation, server } = this.context;
    this.cancel('HUSTDB_ABORTED', `${operation} at ${server} was aborted`, this.#signal?.reason);
  }

  tooLong(): void {
    const { operation, server, maxReplyBytes } = this.context;
    const message = `${operation} at ${server}: the reply is longer than ${maxReplyBytes} bytes`;
    this.cancel('HUSTDB_REPLY_TOO_LARGE', message);
  }

  /** Its connection ended, or was never made, for this reason. */
  broken(cause: Error): void {
    if (this.#settled) return;
    this.drop = undefined;
    if (this.progress === 'sent' && this.#owner.sendAgain(this)) return;
    this.fail(transportError(cause, this.progress, this.context, this.#mayHaveBeenApplied));
  }

  /** The reply is none. */
  misread(error: unknown): void {
    const { server, operation, write } = this.context;
    this.fail(HustDbClientError.fromProtocol(error, { server, operation, mayHaveBeenApplied: write }));
  }

  succeed(reply: HttpReplyInput): void {
    if (this.#settle()) this.#resolve(reply);
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  get #mayHaveBeenApplied(): boolean {
    return this.context.write && this.progress !== 'waiting';
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this);
    this.#owner.settled(this);
    return true;
  }
}
