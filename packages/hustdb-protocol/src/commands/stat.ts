import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/stat[?tb=]`: counters of a table, or of everything, as JSON. */
export interface StatRequest {
  readonly table?: string;
  /** At the HA: the node to ask. */
  readonly peer?: number;
}

export const stat: CommandDefinition<StatRequest> = {
  name: 'stat',
  reply: 'text',
  parameters: { peer: 'optional', table: 'optional' },
  ha: { path: '/stat', readsBody: false, checks: ['peer'], checksTableName: true, refusal: 'closes' },
  node: { path: '/hustdb/stat', methods: ['GET'] },
};
