import type { CommandDefinition } from '../command-definition.js';

/** `POST /cache/append?key=` and `POST /hustcache/append?key=`: puts the body behind the cached value, if any. */
export interface CacheAppendRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export const cacheAppend: CommandDefinition<CacheAppendRequest> = {
  name: 'cache_append',
  reply: 'cache-write',
  cache: true,
  parameters: { key: 'required', value: 'required' },
  ha: {
    path: '/cache/append',
    readsBody: true,
    checks: ['key'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/append', methods: ['GET', 'POST'] },
};
