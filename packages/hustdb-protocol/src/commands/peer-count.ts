import type { CommandDefinition } from '../command-definition.js';

/** `GET /peer_count`: how many nodes the HA has, as a decimal number. The HA only. */
export type PeerCountRequest = Record<never, never>;

export const peerCount: CommandDefinition<PeerCountRequest> = {
  name: 'peer_count',
  reply: 'text',
  parameters: {},
  ha: { path: '/peer_count', readsBody: false, checks: [], checksTableName: false, refusal: 'not-found' },
};
