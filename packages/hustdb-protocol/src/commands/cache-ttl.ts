import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/ttl?key=` and `GET /hustcache/ttl?key=`: seconds that are left, `-1` where it does not expire. */
export interface CacheTtlRequest {
  readonly key: Uint8Array;
}

export const cacheTtl: CommandDefinition<CacheTtlRequest> = {
  name: 'cache_ttl',
  reply: 'cache-read',
  cache: true,
  parameters: { key: 'required' },
  ha: { path: '/cache/ttl', readsBody: false, checks: ['key'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustcache/ttl', methods: ['GET'] },
};
