import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/hincrby?tb=&key=&val=` and `GET /hustcache/hincrby?…`: adds to a cached integer; answers the sum. */
export interface CacheHincrbyRequest {
  readonly table: string;
  readonly key: Uint8Array;
  /** A signed 64-bit integer as decimal text. */
  readonly amount: string;
}

export const cacheHincrby: CommandDefinition<CacheHincrbyRequest> = {
  name: 'cache_hincrby',
  reply: 'cache-write',
  cache: true,
  parameters: { table: 'required', key: 'required', amount: 'required' },
  ha: {
    path: '/cache/hincrby',
    readsBody: true,
    checks: ['key', 'table', 'amount'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/hincrby', methods: ['GET'] },
};
