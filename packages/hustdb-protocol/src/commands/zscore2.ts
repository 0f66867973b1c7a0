import type { CommandDefinition } from '../command-definition.js';

/** `GET /zscore2?tb=&key=` or `POST`, the member in the body: the scores that both masters hold. The HA only. */
export interface Zscore2Request {
  readonly table: string;
  readonly member: Uint8Array;
}

export const zscore2: CommandDefinition<Zscore2Request> = {
  name: 'zscore2',
  reply: 'pair',
  memberText: 'decoded-unless-post',
  parameters: { table: 'required', member: 'required' },
  ha: {
    path: '/zscore2',
    readsBody: true,
    checks: ['table', 'member'],
    checksTableName: false,
    refusal: 'not-found',
  },
};
