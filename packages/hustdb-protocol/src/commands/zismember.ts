import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /zismember?tb=&key=` or `POST`, the member in the body; `POST /hustdb/zismember?tb=`: whether a member is
 * there, and its version.
 */
export interface ZismemberRequest {
  readonly table: string;
  readonly member: Uint8Array;
}

export const zismember: CommandDefinition<ZismemberRequest> = {
  name: 'zismember',
  reply: 'exists',
  memberText: 'decoded-unless-post',
  parameters: { table: 'required', member: 'required' },
  ha: {
    path: '/zismember',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/zismember', methods: ['GET', 'POST'] },
};
