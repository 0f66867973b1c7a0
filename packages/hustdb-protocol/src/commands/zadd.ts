import type { CommandDefinition } from '../command-definition.js';

/**
 * `POST /zadd?tb=&score=[&opt=][&ttl=][&ver=][&is_dup=]` and `POST /hustdb/zadd?…`, the member in the body. A node
 * answers the resulting score, with no body where nothing changed; the HA never has a body. Creates the table.
 */
export interface ZaddRequest {
  readonly table: string;
  readonly member: Uint8Array;
  /** Signed 64-bit. */
  readonly score: bigint;
  /** 0 or absent: sets the score. Above 0: adds `score` to it; below 0: subtracts it. */
  readonly opt?: number;
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const zadd: CommandDefinition<ZaddRequest> = {
  name: 'zadd',
  reply: 'write',
  memberText: 'decoded-unless-post',
  parameters: {
    table: 'required',
    member: 'required',
    score: 'required',
    opt: 'optional',
    ttlSeconds: 'optional',
    ver: 'optional',
    isDup: 'optional',
  },
  ha: {
    path: '/zadd',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/zadd', methods: ['GET', 'POST'] },
};
