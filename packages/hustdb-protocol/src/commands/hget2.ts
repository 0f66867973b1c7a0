import type { CommandDefinition } from '../command-definition.js';

/** `GET /hget2?tb=&key=`: what both masters hold for a field. The HA only. */
export interface Hget2Request {
  readonly table: string;
  readonly key: Uint8Array;
}

export const hget2: CommandDefinition<Hget2Request> = {
  name: 'hget2',
  reply: 'pair',
  parameters: { table: 'required', key: 'required' },
  ha: { path: '/hget2', readsBody: true, checks: ['key'], checksTableName: false, refusal: 'not-found' },
};
