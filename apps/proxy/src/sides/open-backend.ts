import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { openHustDbStoreFamily } from '@kvtwin/hustdb-client';
import {
  MemoryRegistry,
  openMemoryStoreFamily,
  type StoreFamily,
  type StoreSelector,
  withCounterEnvelopes,
} from '@kvtwin/versioned-value';
import { ProxyError } from '../proxy-error.js';

/** Backends of one side, as URLs; what `openBackend` takes. */
export const BACKEND_FORMS = [
  'memory:NAME[?envelope=1]',
  'hotrod://[user:password@]host[:11222][/cache][?envelope=1[&adopt=1]&layout=raw|typed]',
  'hotrods://…',
  'hustdb://[user:password@]host[:8085]',
] as const;

/** How a backend is opened. */
export interface BackendOptions {
  /** Keeps the data of `memory:NAME` by name. Default: fresh data for each call. */
  readonly memory?: MemoryRegistry;
  /**
   * How kv keys lie in a Hot Rod cache whose URL does not say (`?layout=`). `raw` (default): as they are, so that an existing
   * cache is read as it is. `typed`: behind a type byte, so that no kv key can meet an entry of a hash table.
   */
  readonly layout?: 'raw' | 'typed';
}

/** One side, opened. */
export interface Backend {
  readonly family: StoreFamily;
  /** `host:port` of a server, `memory:NAME` of an embedded store: what `Sync` and messages call it. Never credentials. */
  readonly label: string;
  /** Whether its versions count per key as HustDB's do, so that two sides can compare them. */
  readonly countsVersions: boolean;
  /** The tables that it has, where it can tell without being asked for each. */
  tables?(): readonly StoreSelector[];
  /** The same backend with a counter envelope around each value, where that changes nothing that anybody stored. */
  counting?(): Backend;
}

/**
 * Opens one side by its URL. `?envelope=1` keeps a HustDB version counter before each value, so that an opaque store counts
 * as HustDB does; `adopt=1` takes values without one as version 1.
 *
 * Rejects with `PROXY_UNKNOWN_BACKEND` or `PROXY_INVALID_BACKEND`, or with what the client rejects with.
 */
export async function openBackend(url: string, options: BackendOptions = {}): Promise<Backend> {
  const scheme = /^[a-z][a-z0-9+]*:/i.exec(url)?.[0].toLowerCase();
  switch (scheme) {
    case 'memory:':
      return openMemory(url, options.memory ?? new MemoryRegistry());
    case 'hotrod:':
    case 'hotrods:':
      return openHotRod(url, options.layout ?? 'raw');
    case 'hustdb:':
      return openHustDb(url);
    case 'hustdb+ha:':
      throw new ProxyError(
        'PROXY_INVALID_BACKEND',
        'hustdb+ha:// is a whole pair: give it as the pair, not as one side',
      );
    default:
      throw new ProxyError(
        'PROXY_UNKNOWN_BACKEND',
        `unknown backend ${JSON.stringify(withoutCredentials(url))}; known are ${BACKEND_FORMS.join(', ')}`,
      );
  }
}

function openMemory(url: string, registry: MemoryRegistry): Backend {
  const [name, query = ''] = url.slice('memory:'.length).split('?', 2) as [string, string?];
  if (!/^[A-Za-z0-9_.:-]{1,64}$/.test(name)) {
    throw invalid(url, 'memory:NAME wants a name of 1 to 64 characters of A-Z a-z 0-9 _ . : -');
  }
  const envelope = takeEnvelope(url, new URLSearchParams(query));
  const label = `memory:${name}`;
  const tables = (): readonly StoreSelector[] => registry.dataOf(name).tables(Date.now());
  const counting = (options = {}): Backend => {
    const family = openMemoryStoreFamily(name, { registry, enveloped: true });
    return { family: withCounterEnvelopes(family, options), label, tables, countsVersions: true };
  };
  if (envelope !== undefined) return counting(envelope);
  const family = openMemoryStoreFamily(name, { registry });
  return { family, label, tables, countsVersions: false, counting };
}

async function openHotRod(url: string, layout: 'raw' | 'typed'): Promise<Backend> {
  const parsed = parseUrl(url);
  const envelope = takeEnvelope(url, parsed.searchParams);
  return {
    // The family reads the envelope from the URL itself.
    family: await openHotRodStoreFamily(url, { layout }),
    label: `${parsed.hostname}:${parsed.port === '' ? '11222' : parsed.port}`,
    countsVersions: envelope !== undefined,
  };
}

async function openHustDb(url: string): Promise<Backend> {
  const parsed = parseUrl(url);
  return {
    family: await openHustDbStoreFamily(url),
    label: `${parsed.hostname}:${parsed.port === '' ? '8085' : parsed.port}`,
    countsVersions: true,
  };
}

/** Takes `envelope` and `adopt` out of the query; undefined where no envelope is wanted. */
function takeEnvelope(url: string, query: URLSearchParams): { readonly adopt: boolean } | undefined {
  const envelope = takeSwitch(url, query, 'envelope');
  const adopt = takeSwitch(url, query, 'adopt');
  if (adopt && !envelope) throw invalid(url, 'adopt=1 is for envelope=1 only');
  return envelope ? { adopt } : undefined;
}

function takeSwitch(url: string, query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? '0';
  query.delete(name);
  if (value !== '0' && value !== '1')
    throw invalid(url, `${name} must be 0 or 1, not ${JSON.stringify(value)}`);
  return value === '1';
}

function parseUrl(url: string): URL {
  if (!URL.canParse(url)) {
    const port = /:(\d+)(?:[/?#]|$)/.exec(url)?.[1];
    const badPort = port !== undefined && Number(port) > 65_535;
    throw invalid(url, badPort ? `port ${port} is above 65535` : 'it is no URL');
  }
  const parsed = new URL(url);
  if (parsed.hostname === '') throw invalid(url, 'it names no host');
  return parsed;
}

function invalid(url: string, why: string): ProxyError {
  return new ProxyError('PROXY_INVALID_BACKEND', `invalid backend ${withoutCredentials(url)}: ${why}`);
}

/** A URL as it may be shown. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^@/?#]*@/, '//');
}
