import type { CommandDefinition } from '../command-definition.js';

/** `GET /get_table`: the table file of the cluster, JSON, as the HA loaded it. The HA only. */
export type GetTableRequest = Record<never, never>;

export const getTable: CommandDefinition<GetTableRequest> = {
  name: 'get_table',
  reply: 'text',
  parameters: {},
  ha: { path: '/get_table', readsBody: false, checks: [], checksTableName: false, refusal: 'not-found' },
};
