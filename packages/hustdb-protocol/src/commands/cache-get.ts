import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/get?key=` and `GET /hustcache/get?key=`: a cached value. */
export interface CacheGetRequest {
  readonly key: Uint8Array;
}

export const cacheGet: CommandDefinition<CacheGetRequest> = {
  name: 'cache_get',
  reply: 'cache-read',
  cache: true,
  parameters: { key: 'required' },
  ha: { path: '/cache/get', readsBody: false, checks: ['key'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustcache/get', methods: ['GET'] },
};
