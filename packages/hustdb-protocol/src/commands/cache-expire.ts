import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /cache/expire?key=&ttl=` and `GET /hustcache/expire?…`: lets a key expire; 404 for a time that is not above
 * 0.
 */
export interface CacheExpireRequest {
  readonly key: Uint8Array;
  readonly cacheTtlSeconds: number;
}

export const cacheExpire: CommandDefinition<CacheExpireRequest> = {
  name: 'cache_expire',
  reply: 'cache-write',
  cache: true,
  parameters: { key: 'required', cacheTtlSeconds: 'required' },
  ha: {
    path: '/cache/expire',
    readsBody: true,
    checks: ['key', 'cacheTtlSeconds'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/expire', methods: ['GET'] },
};
