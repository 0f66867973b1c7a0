import type { CommandDefinition } from '../command-definition.js';

/** `GET /exist?key=` and `GET /hustdb/exist?key=`: whether a key is there, and its version. */
export interface ExistRequest {
  readonly key: Uint8Array;
}

export const exist: CommandDefinition<ExistRequest> = {
  name: 'exist',
  reply: 'exists',
  parameters: { key: 'required' },
  ha: { path: '/exist', readsBody: false, checks: ['key'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustdb/exist', methods: ['GET'] },
};
