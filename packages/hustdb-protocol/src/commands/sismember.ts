import type { CommandDefinition } from '../command-definition.js';

/**
 * `POST /sismember?tb=` and `POST /hustdb/sismember?tb=`, the member in the body: whether it is there, and its
 * version.
 */
export interface SismemberRequest {
  readonly table: string;
  readonly member: Uint8Array;
}

export const sismember: CommandDefinition<SismemberRequest> = {
  name: 'sismember',
  reply: 'exists',
  memberText: 'raw',
  parameters: { table: 'required', member: 'required' },
  ha: {
    path: '/sismember',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: true,
    refusal: 'closes',
    postOnly: true,
  },
  node: { path: '/hustdb/sismember', methods: ['GET', 'POST'] },
};
