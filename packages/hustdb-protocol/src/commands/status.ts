import type { CommandDefinition } from '../command-definition.js';

/** `GET /status.html`: `ok` where the server answers; needs no credentials, at a node by any method. */
export type StatusRequest = Record<never, never>;

export const status: CommandDefinition<StatusRequest> = {
  name: 'status',
  reply: 'text',
  parameters: {},
  ha: {
    path: '/status.html',
    readsBody: false,
    checks: [],
    checksTableName: false,
    refusal: 'not-found',
    open: true,
  },
  node: { path: '/status.html', methods: ['GET', 'POST'] },
};
