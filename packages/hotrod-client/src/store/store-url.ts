import { callTarget } from '../call-target.js';
import { HotRodError } from '../hotrod-error.js';
import type { HotRodClientOptions } from '../options/options.js';
import { optionsFromUri } from '../options/options-from-uri.js';
import { describeHotRodUri, type HotRodUri, parseHotRodUri } from '../options/parse-hotrod-uri.js';

/** How `kv` keys lie in their cache. `raw`: as they are; `typed`: behind a type byte, so that tables share the cache. */
export type KeyLayout = 'raw' | 'typed';

/** What a store's URL says. */
export interface HotRodStoreUrl {
  /** Without credentials and properties. */
  readonly name: string;
  /** Empty: the server's default cache. */
  readonly cacheName: string;
  readonly client: HotRodClientOptions;
  readonly layout: KeyLayout | undefined;
  /** Each table is a cache of its own name. */
  readonly tablesAreCaches: boolean;
  readonly envelope: boolean;
  /** Values without an envelope are taken as counter 1. */
  readonly adopt: boolean;
  /** Media type asked for, or `storage`; undefined: bytes as stored, refused where those are another encoding. */
  readonly media: string | undefined;
}

/**
 * Reads `hotrod[s]://[user:password@]host[:port][/cache]?…`: `layout=raw|typed`, `tables=caches`, `envelope=1`, `adopt=1`,
 * `media=storage|type/subtype`, `protocol=3.1`, and the client's own properties. Throws a HotRodError.
 */
export function parseStoreUrl(url: string): HotRodStoreUrl {
  const uri = parseHotRodUri(url);
  const rest = new Map(uri.properties);
  const take = (name: string): string | undefined => {
    const value = rest.get(name);
    rest.delete(name);
    return value;
  };
  const layout = oneOf('layout', take('layout'), ['raw', 'typed'] as const);
  const tables = oneOf('tables', take('tables'), ['caches', 'prefixed'] as const);
  const envelope = flag('envelope', take('envelope'));
  const adopt = flag('adopt', take('adopt'));
  const media = take('media');
  callTarget({ cacheName: '', keyType: media });
  const protocol = take('protocol');
  if (protocol !== undefined) rest.set('protocol_version', protocol);
  if (adopt && !envelope) throw invalid('adopt=1 needs envelope=1');
  return {
    name: describeHotRodUri(uri),
    cacheName: uri.cache ?? '',
    client: optionsFromUri(withProperties(uri, rest)),
    layout,
    tablesAreCaches: tables === 'caches',
    envelope,
    adopt,
    media,
  };
}

function withProperties(uri: HotRodUri, properties: ReadonlyMap<string, string>): HotRodUri {
  const changed = { ...uri, properties };
  return Object.defineProperty(changed, 'password', { value: uri.password, enumerable: false });
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const known = allowed.find((each) => each === value);
  if (known !== undefined) return known;
  throw invalid(`${name} is ${JSON.stringify(value)}; give ${allowed.join(' or ')}`);
}

function flag(name: string, value: string | undefined): boolean {
  return oneOf(name, value, ['1', 'true', '0', 'false'] as const)?.match(/^(?:1|true)$/) != null;
}

function invalid(why: string): HotRodError {
  return new HotRodError(`not a usable Hot Rod URI: ${why}`, { code: 'HOTROD_INVALID_URI' });
}
