import type { CommandDefinition } from '../command-definition.js';

/** `POST /sismember2?tb=`, the member in the body: what both masters say about it, without a value. The HA only. */
export interface Sismember2Request {
  readonly table: string;
  readonly member: Uint8Array;
}

export const sismember2: CommandDefinition<Sismember2Request> = {
  name: 'sismember2',
  reply: 'pair',
  memberText: 'raw',
  parameters: { table: 'required', member: 'required' },
  ha: {
    path: '/sismember2',
    readsBody: true,
    checks: ['member'],
    checksTableName: false,
    refusal: 'not-found',
  },
};
