import type { CommandDefinition } from '../command-definition.js';

/** `POST /hset?tb=&key=[&ttl=][&ver=][&is_dup=]` and `POST /hustdb/hset?…`, the value in the body. Creates the table. */
export interface HsetRequest {
  readonly table: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const hset: CommandDefinition<HsetRequest> = {
  name: 'hset',
  reply: 'write',
  parameters: {
    table: 'required',
    key: 'required',
    value: 'required',
    ttlSeconds: 'optional',
    ver: 'optional',
    isDup: 'optional',
  },
  ha: {
    path: '/hset',
    readsBody: true,
    checks: ['table', 'key'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/hset', methods: ['GET', 'POST'] },
};
