import type { IncomingHttpHeaders } from 'node:http';
import type { HttpReplyInput } from '@kvtwin/hustdb-protocol';
import type { Dispatcher } from 'undici';
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

/** The part of undici's controller that ends an exchange and its connection. */
type Controller = Pick<Dispatcher.DispatchController, 'abort'>;

/** One request on its way and its reply, as undici's handler. Settles exactly once. */
export class PendingExchange implements Dispatcher.DispatchHandler {
  readonly reply: Promise<HttpReplyInput>;
  readonly #context: ExchangeContext;
  #resolve!: (reply: HttpReplyInput) => void;
  #reject!: (error: unknown) => void;
  #controller: Controller | undefined;
  #settled = false;
  #progress: ExchangeProgress = 'waiting';
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(context: ExchangeContext) {
    this.#context = context;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Gives up: the caller gets `error`, and the connection is dropped where the request stands on one. */
  cancel(
    code: 'HUSTDB_TIMEOUT' | 'HUSTDB_ABORTED' | 'HUSTDB_CLOSED',
    message: string,
    cause?: unknown,
  ): void {
    const { server, operation } = this.#context;
    const mayHaveBeenApplied = this.#mayHaveBeenApplied();
    const error = new HustDbClientError(message, { code, server, operation, mayHaveBeenApplied, cause });
    this.#fail(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Controller): void {
    if (this.#settled) {
      controller.abort(new Error('the call was given up before it was sent'));
      return;
    }
    this.#controller = controller;
    this.#progress = 'sent';
  }

  onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#progress = 'replying';
    this.#status = status;
    this.#headers = headers;
    if (!this.#context.dropUnlessOk || status === 200) return;
    const { 'content-length': _unread, ...rest } = headers;
    this.#succeed({ status, headers: rest as Record<string, string>, body: new Uint8Array(0) });
    controller.abort(new Error('the server refused the body; its connection is dropped'));
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length <= this.#context.maxReplyBytes) {
      this.#chunks.push(chunk);
      return;
    }
    const { server, operation, maxReplyBytes } = this.#context;
    const error = new HustDbClientError(
      `${operation} at ${server}: the reply is longer than ${maxReplyBytes} bytes`,
      {
        code: 'HUSTDB_REPLY_TOO_LARGE',
        server,
        operation,
        mayHaveBeenApplied: this.#context.write,
      },
    );
    this.#fail(error);
    controller.abort(error);
  }

  onResponseEnd(): void {
    const headers = this.#headers as Record<string, string>;
    this.#succeed({ status: this.#status, headers, body: join(this.#chunks, this.#length) });
  }

  onResponseError(_controller: Controller, cause: Error): void {
    this.#fail(transportError(cause, this.#progress, this.#context, this.#mayHaveBeenApplied()));
  }

  #mayHaveBeenApplied(): boolean {
    return this.#context.write && this.#progress !== 'waiting';
  }

  #succeed(reply: HttpReplyInput): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#resolve(reply);
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#chunks = [];
    this.#reject(error);
  }
}

/** One array of its own: a chunk would keep the socket's whole buffer alive. */
function join(chunks: readonly Buffer[], length: number): Uint8Array {
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
