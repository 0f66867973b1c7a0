import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/hdel?tb=&key=` and `GET /hustcache/hdel?…`: forgets a field; the last one takes the table along. */
export interface CacheHdelRequest {
  readonly table: string;
  readonly key: Uint8Array;
}

export const cacheHdel: CommandDefinition<CacheHdelRequest> = {
  name: 'cache_hdel',
  reply: 'cache-write',
  cache: true,
  parameters: { table: 'required', key: 'required' },
  ha: {
    path: '/cache/hdel',
    readsBody: true,
    checks: ['key', 'table'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/hdel', methods: ['GET'] },
};
