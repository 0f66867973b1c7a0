import type { CommandDefinition } from '../command-definition.js';

/** `GET /hexist?tb=&key=` and `GET /hustdb/hexist?…`: whether a field is there, and its version. */
export interface HexistRequest {
  readonly table: string;
  readonly key: Uint8Array;
}

export const hexist: CommandDefinition<HexistRequest> = {
  name: 'hexist',
  reply: 'exists',
  parameters: { table: 'required', key: 'required' },
  ha: {
    path: '/hexist',
    readsBody: false,
    checks: ['table', 'key'],
    checksTableName: true,
    refusal: 'closes',
  },
  node: { path: '/hustdb/hexist', methods: ['GET'] },
};
