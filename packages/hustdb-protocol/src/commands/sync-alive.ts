import type { CommandDefinition } from '../command-definition.js';

/** `GET /sync_alive`: `ok` where the sync server answers, else 404. The HA only. */
export type SyncAliveRequest = Record<never, never>;

export const syncAlive: CommandDefinition<SyncAliveRequest> = {
  name: 'sync_alive',
  reply: 'text',
  parameters: {},
  ha: { path: '/sync_alive', readsBody: false, checks: [], checksTableName: false, refusal: 'not-found' },
};
