import { HotRodClient, openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import type { LocatedBatch, LocatedEntry, ScannedPart, TargetPlace } from '@kvtwin/reconcile';
import {
  type CallOptions,
  decodeCounterEnvelope,
  type ScannedEntry,
  type ScanOptions,
  StoreError,
  type StoreFamily,
  type StoreType,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import { storedAs } from '../sides/stored-as.js';
import { withoutCredentials } from '../sides/without-credentials.js';
import { locateCacheKey, markerKeyOf, type TableTypeOf } from './cache-key.js';
import { bareCacheUrl, type CacheUrl, cacheUrlFor, isSet, parseCacheUrl } from './cache-url.js';
import { OpenStores, type Replica, type ReplicaReport } from './replica.js';

/** A key that nobody has: reading it tells whether a cache is there and can be read. JSON too, for caches that convert keys. */
const probeKey = new TextEncoder().encode('"kvtwin:preflight"');

/** Caches of an Infinispan or Data Grid server. */
export class HotRodReplica implements Replica {
  readonly name: string;
  readonly #url: CacheUrl;
  readonly #families = new Map<string, Promise<StoreFamily>>();
  readonly #stores = new OpenStores();
  #asking: Promise<HotRodClient> | undefined;

  constructor(url: string) {
    this.name = withoutCredentials(url);
    this.#url = parseCacheUrl(url);
  }

  async part(place: Pick<TargetPlace, 'cache' | 'layout' | 'mediaType'> = {}): Promise<ScannedPart> {
    const family = await this.#family(bareCacheUrl(this.#url, place));
    const bare = await family.open({ type: 'kv' });
    const typed = (place.layout ?? this.#url.options.get('layout')) === 'typed';
    const opened = isSet(this.#url, 'envelope') ? openerOf(isSet(this.#url, 'adopt'), bare.name) : asItIs;
    const name = place.cache === undefined ? this.name : `${this.name} cache ${place.cache}`;
    return { name, scan: (options) => scanLocated(bare, typed, opened, options) };
  }

  store(place: TargetPlace): Promise<VersionedStore> {
    const { type, table, ...in_ } = this.shownAs(place);
    const url = cacheUrlFor(this.#url, in_);
    return this.#stores.take(`${type}/${table ?? ''} ${url}`, async () =>
      (await this.#family(url)).open(table === undefined ? { type } : { type, table }),
    );
  }

  /**
   * With `tables=caches` each table is a cache of its own name, its members the keys as they are. The cache of the URL has
   * one name only: none.
   */
  shownAs(place: TargetPlace): TargetPlace {
    const { cache, mediaType, table, ...rest } = place;
    const media = mediaType === undefined ? {} : { mediaType };
    if (table !== undefined && this.#url.options.get('tables') === 'caches') {
      return { type: 'kv', layout: 'raw', cache: table, ...media };
    }
    const own = cache === undefined || cache === this.#url.cache;
    return { ...rest, ...media, ...(table === undefined ? {} : { table }), ...(own ? {} : { cache }) };
  }

  async report(call: CallOptions): Promise<ReplicaReport> {
    const bare = bareCacheUrl(this.#url, {});
    await (await this.#family(bare)).ping(call);
    const client = await this.#client();
    const keys = await client.cache(this.#url.cache).size(call);
    const stored = storedAs(await client.ping(this.#url.cache))?.text;
    const asked = this.#url.options.get('media') ?? undefined;
    const parts = [`Hot Rod ${client.protocolVersion ?? ''}`, stored ?? notTold, ...askedAs(asked)];
    return { name: this.name, about: parts.join(', '), estimates: [{ place: undefined, keys }] };
  }

  async probe(place: TargetPlace, call: CallOptions): Promise<string | undefined> {
    const shown = this.shownAs(place);
    await (await this.#family(cacheUrlFor(this.#url, shown))).ping(call);
    await (await this.store(shown)).get(probeKey, call).catch((error: unknown) => {
      throw refusedType(error, shown);
    });
    const { cache, mediaType } = shown;
    // How the cache of the URL is stored is in the report.
    if (cache === undefined && mediaType === undefined) return undefined;
    const name = cache ?? this.#url.cache;
    const stored = storedAs(await (await this.#client()).ping(name))?.text;
    const asked = mediaType ?? this.#url.options.get('media') ?? undefined;
    return [`cache ${name}`, stored ?? notTold, ...askedAs(asked)].join(', ');
  }

  async close(): Promise<void> {
    const families = await Promise.allSettled(this.#families.values());
    await Promise.all(
      families.map((family) => (family.status === 'fulfilled' ? family.value.close() : undefined)),
    );
    await (await this.#asking?.catch(() => undefined))?.close();
  }

  /** For questions that are none of a store. */
  #client(): Promise<HotRodClient> {
    if (this.#asking !== undefined) return this.#asking;
    const { server, options } = this.#url;
    const properties = new URLSearchParams(options);
    for (const name of ['envelope', 'adopt', 'tables', 'layout', 'media']) properties.delete(name);
    const protocol = properties.get('protocol');
    properties.delete('protocol');
    if (protocol !== null) properties.set('protocol_version', protocol);
    const query = properties.toString();
    this.#asking = HotRodClient.connect(`${server}${query === '' ? '' : `/?${query}`}`);
    return this.#asking;
  }

  #family(url: string): Promise<StoreFamily> {
    const known = this.#families.get(url);
    if (known !== undefined) return known;
    const opened = openHotRodStoreFamily(url);
    this.#families.set(url, opened);
    return opened;
  }
}

const notTold = 'does not tell how it stores entries';

/** `?media=`, or the mapping's. */
function askedAs(media: string | undefined): string[] {
  if (media === undefined) return [];
  return [media === 'storage' ? 'taken as it is stored' : `asked for as ${media}`];
}

/** A server that cannot convert a key says so as any other failure of its own. */
function refusedType(error: unknown, { cache, mediaType }: TargetPlace): unknown {
  if (!StoreError.is(error) || error.code !== 'STORE_REJECTED' || mediaType === undefined) return error;
  const [reason = ''] = error.message.split('\n');
  return new CliError(`${cache ?? 'the cache'} does not take keys as ${mediaType}: ${reason}`, {
    hint: 'mediaType is the type of keys and values; text/plain is what most caches convert',
    cause: error,
  });
}

type Opened = (scanned: ScannedEntry, type: StoreType) => ScannedEntry;

const asItIs: Opened = (scanned) => scanned;

/** Takes values out of their counter envelopes, as the store does that reads single keys. */
function openerOf(adopt: boolean, store: string): Opened {
  return (scanned, type) => {
    const { entry } = scanned;
    const envelope = decodeCounterEnvelope(entry.value);
    if (envelope !== undefined && envelope.type === type) {
      const version = { scheme: 'counter', token: String(envelope.counter) } as const;
      return { ...scanned, entry: { ...entry, value: envelope.value, version } };
    }
    if (envelope === undefined && adopt) {
      return { ...scanned, entry: { ...entry, version: { scheme: 'counter', token: '1' } } };
    }
    throw new StoreError(
      `scan of ${store}: a value is no envelope of a ${type}; add adopt=1 to take such values as version 1`,
      { code: 'STORE_PROTOCOL', store, operation: 'scan' },
    );
  };
}

async function* scanLocated(
  bare: VersionedStore,
  typed: boolean,
  opened: Opened,
  options: ScanOptions,
): AsyncGenerator<LocatedBatch> {
  const call: CallOptions = { signal: options.signal, timeoutMs: options.timeoutMs };
  const typeOf = markerReader(bare, call);
  for await (const { entries, cursor } of bare.scan(options)) {
    const located: LocatedEntry[] = [];
    for (const { key: stored, entry } of entries) {
      const place = await locateCacheKey(stored, typed, typeOf);
      if (place === undefined || place === 'ours') continue;
      located.push({ ...place, ...opened({ key: place.key, entry }, place.type) });
    }
    yield { entries: located, cursor };
  }
}

/** Markers never expire, so that reading one changes nothing. Each is read once for a scan. */
function markerReader(bare: VersionedStore, call: CallOptions): TableTypeOf {
  const known = new Map<string, StoreType | undefined>();
  return async (table) => {
    if (known.has(table)) return known.get(table);
    const marker = await bare.get(markerKeyOf(table), call);
    const text = marker === undefined ? '' : new TextDecoder().decode(marker.value);
    const type = (['hash', 'set', 'zset'] as const).find((each) => each === text);
    // Bounded: a cache whose kv keys all look like tables would otherwise fill the memory with names.
    if (known.size > 100_000) known.clear();
    known.set(table, type);
    return type;
  };
}
