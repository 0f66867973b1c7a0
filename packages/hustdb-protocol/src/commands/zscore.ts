import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /zscore?tb=&key=` or `POST`, the member in the body; `POST /hustdb/zscore?tb=`: a member's score, decimal
 * text, and its version.
 */
export interface ZscoreRequest {
  readonly table: string;
  readonly member: Uint8Array;
}

export const zscore: CommandDefinition<ZscoreRequest> = {
  name: 'zscore',
  reply: 'value',
  memberText: 'decoded-unless-post',
  parameters: { table: 'required', member: 'required' },
  ha: {
    path: '/zscore',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/zscore', methods: ['GET', 'POST'] },
};
