import type { CommandDefinition } from '../command-definition.js';

/** `POST /cache/put?key=[&ttl=]` and `POST /hustcache/put?…`, the value in the body. Without `ttl` an expiry goes. */
export interface CachePutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Absent: never expires. */
  readonly cacheTtlSeconds?: number;
}

export const cachePut: CommandDefinition<CachePutRequest> = {
  name: 'cache_put',
  reply: 'cache-write',
  cache: true,
  parameters: { key: 'required', value: 'required', cacheTtlSeconds: 'optional' },
  ha: { path: '/cache/put', readsBody: true, checks: ['key'], checksTableName: false, refusal: 'not-found' },
  node: { path: '/hustcache/put', methods: ['GET', 'POST'] },
};
