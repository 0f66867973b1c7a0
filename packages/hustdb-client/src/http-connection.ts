import type { HttpReplyInput, HttpRequest } from '@kvtwin/hustdb-protocol';
import { CallDeadlines, type Receiver, systemClock } from '@kvtwin/versioned-value';
import type { CheckedClientOptions, HustDbCallOptions } from './client-options.js';
import { HttpSockets } from './http-sockets.js';
import { HustDbClientError, type HustDbClientErrorCode } from './hustdb-client-error.js';
import { type ExchangeOwner, PendingExchange, type SendContext } from './pending-exchange.js';

/**
 * Requests to one server over a pool of connections. No redirects, no compression, pipelining of reads only where it is asked for. A read whose connection
 * breaks before the reply began is sent once more, since an idle connection may just have been closed by the server.
 */
export class HttpConnection implements ExchangeOwner {
  /** `host:port`. */
  readonly server: string;
  readonly maxReplyBytes: number;
  readonly #options: CheckedClientOptions;
  readonly #sockets: HttpSockets;
  readonly #deadlines = new CallDeadlines(systemClock);
  #pending = 0;
  #isClosed = false;

  constructor(options: CheckedClientOptions) {
    const { host, port, authorization, connections, pipelining, maxReplyBytes } = options;
    this.#options = options;
    this.maxReplyBytes = maxReplyBytes;
    this.server = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const authorized = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`;
    const headerLines = `Host: ${this.server}\r\nConnection: keep-alive\r\n${authorized}`;
    this.#sockets = new HttpSockets({ host, port, headerLines, maxReplyBytes }, connections, pipelining);
  }

  /** Rejects with a HustDbClientError only. */
  send(
    request: HttpRequest,
    context: SendContext,
    { signal, timeoutMs }: HustDbCallOptions = {},
  ): Promise<HttpReplyInput> {
    return new Promise((resolve, reject) =>
      this.sendTo(request, context, { signal, timeoutMs }, { succeed: resolve, fail: reject }),
    );
  }

  /** {@link send} without a promise. Never throws. */
  sendTo(
    request: HttpRequest,
    context: SendContext,
    { signal, timeoutMs = this.#options.timeoutMs }: HustDbCallOptions,
    receiver: Receiver<HttpReplyInput>,
  ): void {
    const refusal = this.#refusalOf(context.operation, timeoutMs, signal);
    if (refusal !== undefined) {
      receiver.fail(refusal);
      return;
    }
    const exchange = new PendingExchange(request, context, this, signal, receiver);
    this.#pending++;
    this.#deadlines.add(exchange, timeoutMs);
    this.#sockets.send(exchange);
  }

  /** Rejects every call under way with `HUSTDB_CLOSED` and drops the connections. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const why = `the client of ${this.server} was closed`;
    this.#sockets.close((exchange) => exchange.cancel('HUSTDB_CLOSED', why));
  }

  /** @internal */
  settled(exchange: PendingExchange): void {
    this.#pending--;
    this.#deadlines.done(exchange);
    if (exchange.progress === 'waiting') this.#sockets.forget(exchange);
  }

  /** @internal A read, once. */
  sendAgain(exchange: PendingExchange): boolean {
    if (exchange.context.write || exchange.isSecond || this.#isClosed) return false;
    exchange.isSecond = true;
    exchange.progress = 'waiting';
    this.#sockets.send(exchange);
    return true;
  }

  #refusalOf(
    operation: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): HustDbClientError | undefined {
    if (!(Number.isFinite(timeoutMs) && timeoutMs > 0)) {
      const why = `timeoutMs must be greater than 0, not ${timeoutMs}`;
      return this.#refused('HUSTDB_INVALID_REQUEST', operation, why);
    }
    if (this.#isClosed) return this.#refused('HUSTDB_CLOSED', operation, 'the client is closed');
    if (signal?.aborted) {
      return this.#refused('HUSTDB_ABORTED', operation, 'aborted before it was sent', signal.reason);
    }
    if (this.#pending < this.#options.maxPending) return undefined;
    return this.#refused('HUSTDB_OVERLOADED', operation, `${this.#pending} calls are under way already`);
  }

  #refused(code: HustDbClientErrorCode, operation: string, why: string, cause?: unknown): HustDbClientError {
    const { server } = this;
    return new HustDbClientError(`${operation} at ${server}: ${why}`, { code, server, operation, cause });
  }
}
