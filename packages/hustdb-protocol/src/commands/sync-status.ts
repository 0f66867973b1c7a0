import type { CommandDefinition } from '../command-definition.js';

/** `GET /sync_status`: counters of the sync server, JSON; 404 where it does not answer. The HA only. */
export type SyncStatusRequest = Record<never, never>;

export const syncStatus: CommandDefinition<SyncStatusRequest> = {
  name: 'sync_status',
  reply: 'text',
  parameters: {},
  ha: { path: '/sync_status', readsBody: false, checks: [], checksTableName: false, refusal: 'not-found' },
};
