import type { CommandDefinition } from '../command-definition.js';

/** `GET /hget?tb=&key=` and `GET /hustdb/hget?…`: the value of a field. */
export interface HgetRequest {
  readonly table: string;
  readonly key: Uint8Array;
}

export const hget: CommandDefinition<HgetRequest> = {
  name: 'hget',
  reply: 'value',
  parameters: { table: 'required', key: 'required' },
  ha: { path: '/hget', readsBody: false, checks: ['table', 'key'], checksTableName: true, refusal: 'closes' },
  node: { path: '/hustdb/hget', methods: ['GET'] },
};
