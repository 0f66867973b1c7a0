import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/exist?key=` and `GET /hustcache/exist?key=`: whether a key, or a table of that name, is cached. */
export interface CacheExistRequest {
  readonly key: Uint8Array;
}

export const cacheExist: CommandDefinition<CacheExistRequest> = {
  name: 'cache_exist',
  reply: 'cache-read',
  cache: true,
  parameters: { key: 'required' },
  ha: { path: '/cache/exist', readsBody: false, checks: ['key'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustcache/exist', methods: ['GET'] },
};
