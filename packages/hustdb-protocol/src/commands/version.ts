import type { CommandDefinition } from '../command-definition.js';

/** `GET /version`: the HA's name and version as text; needs no credentials. The HA only. */
export type VersionRequest = Record<never, never>;

export const version: CommandDefinition<VersionRequest> = {
  name: 'version',
  reply: 'text',
  parameters: {},
  ha: {
    path: '/version',
    readsBody: false,
    checks: [],
    checksTableName: false,
    refusal: 'not-found',
    open: true,
  },
};
