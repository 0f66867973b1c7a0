import type { HttpReplyInput, HttpRequest } from '@kvtwin/hustdb-protocol';
import { Pool } from 'undici';
import type { CheckedClientOptions, HustDbCallOptions } from './client-options.js';
import { HustDbClientError } from './hustdb-client-error.js';
import { type ExchangeContext, PendingExchange } from './pending-exchange.js';

/** What a caller of {@link HttpConnection.send} says about its request. */
export interface SendContext {
  readonly operation: string;
  readonly write: boolean;
  /** Whether a refused body makes its connection unusable (the HA). */
  readonly dropAfterRefusedBody: boolean;
}

/**
 * Requests to one server over a pool of connections. No redirects, no compression, no pipelining. A read whose connection
 * breaks before the reply began is sent once more, since an idle connection may just have been closed by the server.
 */
export class HttpConnection {
  /** `host:port`. */
  readonly server: string;
  readonly #options: CheckedClientOptions;
  readonly #pool: Pool;
  readonly #pending = new Set<PendingExchange>();
  #closed: Promise<void> | undefined;

  constructor(options: CheckedClientOptions) {
    this.#options = options;
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    this.server = `${host}:${options.port}`;
    this.#pool = new Pool(`http://${this.server}`, {
      connections: options.connections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      // Below the idle limits of both servers (300 s and 540 s), so that this side closes first.
      keepAliveTimeout: 60_000,
      keepAliveMaxTimeout: 60_000,
      // Below what both servers allow on a connection (32,768 and 81,920), so that none is closed under a request.
      maxRequestsPerClient: 30_000,
      // nginx and a node refuse longer heads themselves; replies stay below 1 KiB.
      maxHeaderSize: 65_536,
    });
  }

  async send(
    request: HttpRequest,
    context: SendContext,
    call: HustDbCallOptions = {},
  ): Promise<HttpReplyInput> {
    const deadline = performance.now() + this.#timeoutOf(call, context);
    try {
      return await this.#exchange(request, context, call, deadline);
    } catch (error) {
      const broken = HustDbClientError.is(error) && error.code === 'HUSTDB_RESET';
      if (!broken || context.write || this.#closed !== undefined) throw error;
      return this.#exchange(request, context, call, deadline);
    }
  }

  /** Rejects every call under way with `HUSTDB_CLOSED` and drops the connections. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    for (const exchange of this.#pending) {
      exchange.cancel('HUSTDB_CLOSED', `the client of ${this.server} was closed`);
    }
    await this.#pool.destroy();
  }

  #timeoutOf(call: HustDbCallOptions, { operation }: SendContext): number {
    const timeoutMs = call.timeoutMs ?? this.#options.timeoutMs;
    if (Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs;
    throw this.#refused(
      'HUSTDB_INVALID_REQUEST',
      operation,
      `timeoutMs must be greater than 0, not ${timeoutMs}`,
    );
  }

  #refused(
    code: 'HUSTDB_INVALID_REQUEST' | 'HUSTDB_CLOSED' | 'HUSTDB_OVERLOADED' | 'HUSTDB_ABORTED',
    operation: string,
    why: string,
    cause?: unknown,
  ): HustDbClientError {
    return new HustDbClientError(`${operation} at ${this.server}: ${why}`, {
      code,
      server: this.server,
      operation,
      cause,
    });
  }

  async #exchange(
    request: HttpRequest,
    context: SendContext,
    { signal }: HustDbCallOptions,
    deadline: number,
  ): Promise<HttpReplyInput> {
    const { operation } = context;
    if (this.#closed !== undefined) throw this.#refused('HUSTDB_CLOSED', operation, 'the client is closed');
    if (signal?.aborted)
      throw this.#refused('HUSTDB_ABORTED', operation, 'aborted before it was sent', signal.reason);
    if (this.#pending.size >= this.#options.maxPending) {
      throw this.#refused(
        'HUSTDB_OVERLOADED',
        operation,
        `${this.#pending.size} calls are under way already`,
      );
    }
    const exchange = new PendingExchange(this.#contextOf(request, context));
    const timer = setTimeout(
      () => {
        exchange.cancel('HUSTDB_TIMEOUT', timeoutMessage(operation, this.server, context.write));
      },
      Math.max(0, deadline - performance.now()),
    );
    const onAbort = (): void => {
      exchange.cancel('HUSTDB_ABORTED', `${operation} at ${this.server} was aborted`, signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#pending.add(exchange);
    try {
      this.#dispatch(request, exchange);
      return await exchange.reply;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(exchange);
    }
  }

  #contextOf(request: HttpRequest, { operation, write, dropAfterRefusedBody }: SendContext): ExchangeContext {
    return {
      server: this.server,
      operation,
      write,
      maxReplyBytes: this.#options.maxReplyBytes,
      dropUnlessOk: dropAfterRefusedBody && request.body !== undefined,
    };
  }

  #dispatch(request: HttpRequest, exchange: PendingExchange): void {
    const { authorization } = this.#options;
    const headers = [
      ...request.headers.flat(),
      ...(authorization === undefined ? [] : ['Authorization', authorization]),
    ];
    this.#pool.dispatch(
      {
        path: request.target,
        method: request.method,
        headers,
        body: request.body ?? null,
        idempotent: false,
      },
      exchange,
    );
  }
}

function timeoutMessage(operation: string, server: string, write: boolean): string {
  const late = write ? '; the server may still apply it' : '';
  return `${operation} at ${server} timed out${late}`;
}
