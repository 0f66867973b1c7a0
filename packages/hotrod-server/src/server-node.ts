import { createServer, type Server, type Socket } from 'node:net';
import type { CacheHost } from './cache-host.js';
import { Connection } from './connection.js';
import { HotRodServerError } from './hot-rod-server-error.js';
import { ServerFaults } from './server-faults.js';
import type { ResolvedServerOptions } from './server-options.js';

/** How often expired entries and iterations are looked for, and how many entries of a cache at a time. */
const sweepEveryMs = 1000;
const sweepBudget = 10_000;

/** What a caller that does not read may delay `close()` by. */
const defaultCloseDeadlineMs = 2000;

/** What a node does, beside the caches that it serves. */
export type ServerNodeOptions = Pick<ResolvedServerOptions, 'host' | 'port' | 'clock' | 'limits'>;

/** One listening socket and its connections: a server of its own, or one life of a cluster's node. */
export class ServerNode {
  readonly faults: ServerFaults;
  readonly #listener: Server;
  readonly #options: ServerNodeOptions;
  readonly #host: CacheHost;
  readonly #connections = new Set<Connection>();
  #boundPort = 0;
  /** Fires when the node begins to close. */
  readonly #ending = new AbortController();
  #closing: Promise<void> | undefined;

  /** Binds the address and serves; rejects with `HOTROD_SERVER_LISTEN`. */
  static async listen(
    options: ServerNodeOptions,
    host: CacheHost,
    faults: ServerFaults = new ServerFaults(),
  ): Promise<ServerNode> {
    const node = new ServerNode(options, host, faults);
    await node.#bind();
    return node;
  }

  private constructor(options: ServerNodeOptions, host: CacheHost, faults: ServerFaults) {
    this.#options = options;
    this.#host = host;
    this.faults = faults;
    faults.attach(this.#connections);
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

  /** Fires when the node begins to close. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /**
   * Stops listening, lets every connection send what was already answered, and destroys those that are not done after
   * `deadlineMs` (2,000 by default). Afterwards nothing of the node keeps the process alive. May be called again.
   */
  close(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#end((connection) =>
      connection.close(options.deadlineMs ?? defaultCloseDeadlineMs),
    );
    return this.#closing;
  }

  /** As a crash does it: every connection is reset, whatever was still to be sent. */
  kill(): Promise<void> {
    this.#closing ??= this.#end((connection) => connection.kill());
    return this.#closing;
  }

  async #end(endOne: (connection: Connection) => Promise<void>): Promise<void> {
    this.#ending.abort();
    const stopped = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    await Promise.all([stopped, ...Array.from(this.#connections, endOne)]);
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
      faults: this.faults,
      onClosed: () => {
        this.#connections.delete(connection);
        this.#host.iterations.endAllOf(connection);
        this.#host.listeners.removeAllOf(connection);
      },
    });
    this.#connections.add(connection);
  }

  async #sweep(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      // The only way in which the sleep fails is that the node closes.
      await clock.sleep(sweepEveryMs, signal).catch(() => {});
      this.#host.sweep(sweepBudget);
    }
  }
}
