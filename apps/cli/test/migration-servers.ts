import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { openHustDbStoreFamily } from '@kvtwin/hustdb-client';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import type { StoreFamily, StoreSelector } from '@kvtwin/versioned-value';
import { type CliResult, type RunOptions, runInProcess } from './recording-io.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Embedded servers to migrate between, and a folder for jobs. */
export class MigrationServers {
  readonly #closing: (() => Promise<unknown>)[] = [];
  readonly #families = new Map<string, StoreFamily>();

  private constructor(readonly folder: TemporaryFolder) {}

  static async start(): Promise<MigrationServers> {
    return new MigrationServers(await temporaryFolder());
  }

  get env(): Readonly<Record<string, string>> {
    return { KVTWIN_STATE: `${this.folder.path}/state` };
  }

  /** `hustdb://…` of a new node. */
  async hustDb(): Promise<string> {
    const node = await HustDbNode.listen();
    this.#closing.push(() => node.close());
    return node.url.replace(/^http:/, 'hustdb:');
  }

  /** `hotrod://…` of a new server with a cache that stores values of that type. */
  async hotRodOf(cache: string, mediaType: string): Promise<string> {
    const server = await HotRodServer.listen({ caches: { [cache]: { mediaType } } });
    this.#closing.push(() => server.close());
    return server.url;
  }

  /** `hotrod://…` of a new server with these caches. */
  async hotRod(...caches: readonly string[]): Promise<string> {
    const server = await HotRodServer.listen({
      caches: Object.fromEntries(caches.map((name) => [name, {}])),
    });
    this.#closing.push(() => server.close());
    return server.url;
  }

  async put(
    url: string,
    selector: StoreSelector,
    key: string,
    value: string,
    lifespanMs?: number,
  ): Promise<void> {
    const store = await (await this.family(url)).open(selector);
    await store.put(utf8(key), utf8(value), lifespanMs === undefined ? {} : { lifespanMs });
  }

  /** The value as text; undefined where there is none. */
  async get(url: string, selector: StoreSelector, key: string): Promise<string | undefined> {
    const entry = await (await (await this.family(url)).open(selector)).get(utf8(key));
    return entry === undefined ? undefined : new TextDecoder().decode(entry.value);
  }

  /** `key=value` of a store, in order. */
  async contents(url: string, selector: StoreSelector): Promise<string[]> {
    const text = new TextDecoder();
    const lines: string[] = [];
    const store = await (await this.family(url)).open(selector);
    for await (const { entries } of store.scan()) {
      for (const { key, entry } of entries) lines.push(`${text.decode(key)}=${text.decode(entry.value)}`);
    }
    return lines.sort();
  }

  async family(url: string): Promise<StoreFamily> {
    const known = this.#families.get(url);
    if (known !== undefined) return known;
    const family = url.startsWith('hustdb:')
      ? await openHustDbStoreFamily(url)
      : await openHotRodStoreFamily(url);
    this.#families.set(url, family);
    this.#closing.push(() => family.close());
    return family;
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
    return runInProcess(args, { ...options, env: { ...this.env, ...options.env } });
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
    await this.folder.remove();
  }
}

/** Kv and a table of every type on both nodes of a pair. */
export async function seedPair(
  servers: MigrationServers,
  urls: readonly string[],
  keys: number,
): Promise<void> {
  for (const url of urls) {
    for (let at = 0; at < keys; at++) {
      await servers.put(url, { type: 'kv' }, `key:${at}`, `value ${at}`);
      await servers.put(url, { type: 'hash', table: 'sessions' }, `field:${at}`, `value ${at}`);
      await servers.put(url, { type: 'set', table: 'tags' }, `member:${at}`, '');
      await servers.put(url, { type: 'zset', table: 'board' }, `player:${at}`, String(at * 7 - 20));
    }
  }
}
