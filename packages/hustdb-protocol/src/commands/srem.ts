import type { CommandDefinition } from '../command-definition.js';

/**
 * `POST /srem?tb=[&ver=][&is_dup=]` and `POST /hustdb/srem?…`, the member in the body. The last one takes the
 * table along.
 */
export interface SremRequest {
  readonly table: string;
  readonly member: Uint8Array;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const srem: CommandDefinition<SremRequest> = {
  name: 'srem',
  reply: 'write',
  memberText: 'raw',
  parameters: { table: 'required', member: 'required', ver: 'optional', isDup: 'optional' },
  ha: {
    path: '/srem',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
    postOnly: true,
  },
  node: { path: '/hustdb/srem', methods: ['GET', 'POST'] },
};
