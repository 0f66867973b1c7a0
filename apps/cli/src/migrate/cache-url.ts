import type { TargetPlace } from '@kvtwin/reconcile';
import { CliError } from '../command-line/cli-error.js';

/** What a `hotrod://` URL says about how keys and values lie in its caches. */
export interface CacheUrl {
  /** `hotrod[s]://[user:password@]host[:port]`. */
  readonly server: string;
  /** Empty: the server's default cache. */
  readonly cache: string;
  readonly options: URLSearchParams;
}

/** Takes a Hot Rod URL apart. */
export function parseCacheUrl(url: string): CacheUrl {
  const [, server, path = '', query = ''] = /^(hotrods?:\/\/[^/?#]*)(\/[^?#]*)?(\?.*)?$/i.exec(url) ?? [];
  if (server === undefined) throw new CliError('it is no hotrod:// URL');
  return { server, cache: decodeURIComponent(path.slice(1)), options: new URLSearchParams(query.slice(1)) };
}

/** Whether a switch such as `envelope` is on. */
export function isSet({ options }: CacheUrl, name: string): boolean {
  return ['1', 'true'].includes(options.get(name) ?? '');
}

/** The URL of another cache, layout or type of values at the same server. */
export function cacheUrlFor(
  { server, cache, options }: CacheUrl,
  place: Pick<TargetPlace, 'cache' | 'layout' | 'mediaType'>,
): string {
  const query = new URLSearchParams(options);
  if (place.layout !== undefined) query.set('layout', place.layout);
  if (place.mediaType !== undefined) query.set('media', place.mediaType);
  return formatted(server, place.cache ?? cache, query);
}

/** The URL under which a cache shows its entries as they are: raw keys, values with the envelope around them. */
export function bareCacheUrl(
  { server, cache, options }: CacheUrl,
  place: Pick<TargetPlace, 'cache' | 'mediaType'>,
): string {
  const query = new URLSearchParams(options);
  for (const name of ['envelope', 'adopt', 'tables']) query.delete(name);
  query.set('layout', 'raw');
  if (place.mediaType !== undefined) query.set('media', place.mediaType);
  return formatted(server, place.cache ?? cache, query);
}

function formatted(server: string, cache: string, query: URLSearchParams): string {
  const text = query.toString();
  return `${server}/${encodeURIComponent(cache)}${text === '' ? '' : `?${text}`}`;
}
