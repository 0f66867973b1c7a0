import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/hget?tb=&key=` and `GET /hustcache/hget?…`: the value of a cached field. */
export interface CacheHgetRequest {
  readonly table: string;
  readonly key: Uint8Array;
}

export const cacheHget: CommandDefinition<CacheHgetRequest> = {
  name: 'cache_hget',
  reply: 'cache-read',
  cache: true,
  parameters: { table: 'required', key: 'required' },
  ha: {
    path: '/cache/hget',
    readsBody: false,
    checks: ['table', 'key'],
    checksTableName: true,
    refusal: 'closes',
  },
  node: { path: '/hustcache/hget', methods: ['GET'] },
};
