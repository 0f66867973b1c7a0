import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/hexist?tb=&key=` and `GET /hustcache/hexist?…`: whether a field is cached. */
export interface CacheHexistRequest {
  readonly table: string;
  readonly key: Uint8Array;
}

export const cacheHexist: CommandDefinition<CacheHexistRequest> = {
  name: 'cache_hexist',
  reply: 'cache-read',
  cache: true,
  parameters: { table: 'required', key: 'required' },
  ha: {
    path: '/cache/hexist',
    readsBody: false,
    checks: ['table', 'key'],
    checksTableName: true,
    refusal: 'closes',
  },
  node: { path: '/hustcache/hexist', methods: ['GET'] },
};
