import type { CommandDefinition } from '../command-definition.js';

/** `POST /cache/hset?tb=&key=` and `POST /hustcache/hset?…`, the value in the body. */
export interface CacheHsetRequest {
  readonly table: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export const cacheHset: CommandDefinition<CacheHsetRequest> = {
  name: 'cache_hset',
  reply: 'cache-write',
  cache: true,
  parameters: { table: 'required', key: 'required', value: 'required' },
  ha: {
    path: '/cache/hset',
    readsBody: true,
    checks: ['key', 'table'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/hset', methods: ['GET', 'POST'] },
};
