import type { CommandDefinition } from '../command-definition.js';

/**
 * `POST /sadd?tb=[&ttl=][&ver=][&is_dup=]` and `POST /hustdb/sadd?…`, the member in the body. Creates the table;
 * adding again raises the version.
 */
export interface SaddRequest {
  readonly table: string;
  readonly member: Uint8Array;
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const sadd: CommandDefinition<SaddRequest> = {
  name: 'sadd',
  reply: 'write',
  memberText: 'raw',
  parameters: {
    table: 'required',
    member: 'required',
    ttlSeconds: 'optional',
    ver: 'optional',
    isDup: 'optional',
  },
  ha: {
    path: '/sadd',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
    postOnly: true,
  },
  node: { path: '/hustdb/sadd', methods: ['GET', 'POST'] },
};
