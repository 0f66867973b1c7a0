import type { CommandDefinition } from '../command-definition.js';

/** `GET /hustdb/info`: a node's counters of its own work as JSON, for diagnosis. A node only. */
export type InfoRequest = Record<never, never>;

export const info: CommandDefinition<InfoRequest> = {
  name: 'info',
  reply: 'text',
  parameters: {},
  node: { path: '/hustdb/info', methods: ['GET'] },
};
