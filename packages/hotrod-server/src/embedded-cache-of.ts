import type { EmbeddedCache } from './embedded-cache.js';
import type { HostedCache } from './hosted-cache.js';
import { HotRodServerError } from './hot-rod-server-error.js';

/** A cache by its name; throws `HOTROD_SERVER_NO_SUCH_CACHE`, naming those that there are. */
export function embeddedCacheOf(caches: ReadonlyMap<string, HostedCache>, name: string): EmbeddedCache {
  const hosted = caches.get(name);
  if (hosted === undefined) {
    const known = Array.from(caches.keys(), (each) => `'${each}'`);
    throw new HotRodServerError(
      'HOTROD_SERVER_NO_SUCH_CACHE',
      `no cache '${name}'; there are ${known.join(', ') || 'none'}`,
    );
  }
  return hosted.direct;
}
