import { openCacheHost, openCaches } from './cache-host.js';
import type { EmbeddedCache } from './embedded-cache.js';
import { embeddedCacheOf } from './embedded-cache-of.js';
import type { HostedCache } from './hosted-cache.js';
import type { ServerFaults } from './server-faults.js';
import { ServerNode } from './server-node.js';
import { type HotRodServerOptions, resolveServerOptions } from './server-options.js';

/** An in-memory Hot Rod server on a real socket, protocol 2.0 to 4.1. */
export class HotRodServer implements AsyncDisposable {
  readonly #node: ServerNode;
  readonly #caches: ReadonlyMap<string, HostedCache>;

  /**
   * Binds the address and serves. Rejects with `HOTROD_SERVER_INVALID_OPTION` or `HOTROD_SERVER_LISTEN`, or with the
   * signal's reason.
   */
  static async listen(options: HotRodServerOptions): Promise<HotRodServer> {
    options.signal?.throwIfAborted();
    const resolved = resolveServerOptions(options);
    const caches = openCaches(resolved);
    const node = await ServerNode.listen(resolved, openCacheHost(resolved, caches));
    const { signal } = options;
    if (signal?.aborted) {
      await node.close();
      signal.throwIfAborted();
    }
    signal?.addEventListener('abort', () => void node.close(), { once: true, signal: node.ending });
    return new HotRodServer(node, caches);
  }

  private constructor(node: ServerNode, caches: ReadonlyMap<string, HostedCache>) {
    this.#node = node;
    this.#caches = caches;
  }

  /** For tests: makes the server answer late or wrongly, or break its connections. */
  get faults(): ServerFaults {
    return this.#node.faults;
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#node.port;
  }

  /** `hotrod://host:port`. */
  get url(): string {
    return this.#node.url;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#node.connections;
  }

  /** A cache, for seeding and looking into; throws `HOTROD_SERVER_NO_SUCH_CACHE`. */
  cache(name: string): EmbeddedCache {
    return embeddedCacheOf(this.#caches, name);
  }

  /**
   * Stops listening, lets every connection send what was already answered, and destroys those that are not done after
   * `deadlineMs` (2,000 by default). Afterwards nothing of the server keeps the process alive. May be called again.
   */
  close(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    return this.#node.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
