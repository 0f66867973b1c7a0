import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /cache/hincrbyfloat?tb=&key=&val=` and `GET /hustcache/hincrbyfloat?…`: adds to a cached decimal; answers
 * the sum.
 */
export interface CacheHincrbyfloatRequest {
  readonly table: string;
  readonly key: Uint8Array;
  /** A number as decimal text. */
  readonly amount: string;
}

export const cacheHincrbyfloat: CommandDefinition<CacheHincrbyfloatRequest> = {
  name: 'cache_hincrbyfloat',
  reply: 'cache-write',
  cache: true,
  parameters: { table: 'required', key: 'required', amount: 'required' },
  ha: {
    path: '/cache/hincrbyfloat',
    readsBody: true,
    checks: ['key', 'table', 'amount'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/hincrbyfloat', methods: ['GET'] },
};
