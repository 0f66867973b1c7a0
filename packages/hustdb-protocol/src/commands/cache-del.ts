import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/del?key=` and `GET /hustcache/del?key=`: forgets a key, or a table of that name. */
export interface CacheDelRequest {
  readonly key: Uint8Array;
}

export const cacheDel: CommandDefinition<CacheDelRequest> = {
  name: 'cache_del',
  reply: 'cache-write',
  cache: true,
  parameters: { key: 'required' },
  ha: { path: '/cache/del', readsBody: true, checks: ['key'], checksTableName: false, refusal: 'not-found' },
  node: { path: '/hustcache/del', methods: ['GET'] },
};
