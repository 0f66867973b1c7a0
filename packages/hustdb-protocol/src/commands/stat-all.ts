import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/stat_all`: counters of everything and of each table, as a JSON array. */
export interface StatAllRequest {
  /** At the HA: the node to ask. */
  readonly peer?: number;
}

export const statAll: CommandDefinition<StatAllRequest> = {
  name: 'stat_all',
  reply: 'text',
  parameters: { peer: 'optional' },
  ha: { path: '/stat_all', readsBody: false, checks: ['peer'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustdb/stat_all', methods: ['GET'] },
};
