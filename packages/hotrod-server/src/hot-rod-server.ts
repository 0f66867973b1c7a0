import { createServer, type Server, type Socket } from 'node:net';
import { type CacheHost, openCacheHost } from './cache-host.js';
import { Connection } from './connection.js';
import type { EmbeddedCache } from './embedded-cache.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import { ServerFaults } from './server-faults.js';
import {
  type HotRodServerOptions,
  type ResolvedServerOptions,
  resolveServerOptions,
} from './server-options.js';

/** How often expired entries and iterations are looked for, and how many entries of a cache at a time. */
const sweepEveryMs = 1000;
const sweepBudget = 10_000;

/** What a caller that does not read may delay `close()` by. */
const defaultCloseDeadlineMs = 2000;

/** An in-memory Hot Rod server on a real socket, protocol 2.0 to 4.1. */
export class HotRodServer implements AsyncDisposable {
  /** For tests: makes the server answer late, or break its connections. */
  readonly faults: ServerFaults;
  readonly #listener: Server;
  readonly #options: ResolvedServerOptions;
  readonly #host: CacheHost;
  readonly #connections = new Set<Connection>();
  #boundPort = 0;
  /** Fires when the server begins to close. */
  readonly #ending = new AbortController();
  #closing: Promise<void> | undefined;

  /**
   * Binds the address and serves. Rejects with `HOTROD_SERVER_INVALID_OPTION` or `HOTROD_SERVER_LISTEN`, or with the
   * signal's reason.
   */
  static async listen(options: HotRodServerOptions): Promise<HotRodServer> {
    options.signal?.throwIfAborted();
    const server = new HotRodServer(resolveServerOptions(options));
    await server.#bind();
    const { signal } = options;
    if (signal?.aborted) {
      await server.close();
      signal.throwIfAborted();
    }
    signal?.addEventListener('abort', () => void server.close(), {
      once: true,
      signal: server.#ending.signal,
    });
    return server;
  }

  private constructor(options: ResolvedServerOptions) {
    this.#options = options;
    this.#host = openCacheHost(options);
    this.faults = new ServerFaults(this.#connections);
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#listener.maxConnections = options.limits.maxConnections;
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#boundPort;
  }

  /** `hotrod://host:port`. */
  get url(): string {
    const { host } = this.#options;
    return `hotrod://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** A cache, for seeding and looking into; throws `HOTROD_SERVER_NO_SUCH_CACHE`. */
  cache(name: string): EmbeddedCache {
    const hosted = this.#host.find(name);
    if (hosted === undefined) {
      const known = this.#host.names().map((known) => `'${known}'`);
      throw new HotRodServerError(
        'HOTROD_SERVER_NO_SUCH_CACHE',
        `no cache '${name}'; there are ${known.join(', ') || 'none'}`,
      );
    }
    return hosted.direct;
  }

  /**
   * Stops listening, lets every connection send what was already answered, and destroys those that are not done after
   * `deadlineMs` (2,000 by default). Afterwards nothing of the server keeps the process alive. May be called again.
   */
  close(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#closeAll(options.deadlineMs ?? defaultCloseDeadlineMs);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #closeAll(deadlineMs: number): Promise<void> {
    this.#ending.abort();
    const stopped = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    await Promise.all([
      stopped,
      ...Array.from(this.#connections, (connection) => connection.close(deadlineMs)),
    ]);
  }

  async #bind(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', (cause) => {
        const message = `cannot listen on ${host}:${port}: ${cause.message}`;
        reject(new HotRodServerError('HOTROD_SERVER_LISTEN', message, { cause }));
      });
      this.#listener.listen({ host, port }, resolve);
    });
    const address = this.#listener.address();
    this.#boundPort = typeof address === 'object' && address !== null ? address.port : port;
    this.#listener.removeAllListeners('error');
    // An accept that fails (too many open files) ends nothing: those connected are served on.
    this.#listener.on('error', () => {});
    void this.#sweep();
  }

  #accept(socket: Socket): void {
    if (this.#ending.signal.aborted) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, {
      host: this.#host,
      limits: this.#options.limits,
      held: this.faults.holding,
      onClosed: () => {
        this.#connections.delete(connection);
        this.#host.iterations.endAllOf(connection);
      },
    });
    this.#connections.add(connection);
  }

  async #sweep(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      // The only way in which the sleep fails is that the server closes.
      await clock.sleep(sweepEveryMs, signal).catch(() => {});
      this.#host.sweep(sweepBudget);
    }
  }
}
