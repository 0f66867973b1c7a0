import type { CommandDefinition } from '../command-definition.js';

/** `GET /get?key=` and `GET /hustdb/get?key=`: the value of a key. */
export interface GetRequest {
  readonly key: Uint8Array;
}

export const get: CommandDefinition<GetRequest> = {
  name: 'get',
  reply: 'value',
  parameters: { key: 'required' },
  ha: { path: '/get', readsBody: false, checks: ['key'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustdb/get', methods: ['GET'] },
};
