import type { CommandDefinition } from '../command-definition.js';

/**
 * `POST /zrem?tb=[&ver=][&is_dup=]` and `POST /hustdb/zrem?…`, the member in the body. The last one takes the
 * table along.
 */
export interface ZremRequest {
  readonly table: string;
  readonly member: Uint8Array;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const zrem: CommandDefinition<ZremRequest> = {
  name: 'zrem',
  reply: 'write',
  memberText: 'decoded-unless-post',
  parameters: { table: 'required', member: 'required', ver: 'optional', isDup: 'optional' },
  ha: {
    path: '/zrem',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/zrem', methods: ['GET', 'POST'] },
};
