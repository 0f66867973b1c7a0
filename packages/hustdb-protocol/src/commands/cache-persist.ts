import type { CommandDefinition } from '../command-definition.js';

/** `GET /cache/persist?key=` and `GET /hustcache/persist?key=`: takes the expiry away; 404 where there was none. */
export interface CachePersistRequest {
  readonly key: Uint8Array;
}

export const cachePersist: CommandDefinition<CachePersistRequest> = {
  name: 'cache_persist',
  reply: 'cache-write',
  cache: true,
  parameters: { key: 'required' },
  ha: {
    path: '/cache/persist',
    readsBody: true,
    checks: ['key'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustcache/persist', methods: ['GET'] },
};
