import type { CommandDefinition } from '../command-definition.js';

/** `GET /hdel?tb=&key=[&ver=][&is_dup=]` and `GET /hustdb/hdel?…`: deletes a field; the last one takes the table along. */
export interface HdelRequest {
  readonly table: string;
  readonly key: Uint8Array;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const hdel: CommandDefinition<HdelRequest> = {
  name: 'hdel',
  reply: 'write',
  parameters: { table: 'required', key: 'required', ver: 'optional', isDup: 'optional' },
  ha: {
    path: '/hdel',
    readsBody: false,
    checks: ['table', 'key'],
    checksTableName: false,
    refusal: 'closes',
  },
  node: { path: '/hustdb/hdel', methods: ['GET'] },
};
