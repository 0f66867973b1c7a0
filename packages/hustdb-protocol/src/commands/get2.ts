import type { CommandDefinition } from '../command-definition.js';

/** `GET /get2?key=`: what both masters hold for a key. The HA only. */
export interface Get2Request {
  readonly key: Uint8Array;
}

export const get2: CommandDefinition<Get2Request> = {
  name: 'get2',
  reply: 'pair',
  parameters: { key: 'required' },
  ha: { path: '/get2', readsBody: true, checks: ['key'], checksTableName: false, refusal: 'not-found' },
};
