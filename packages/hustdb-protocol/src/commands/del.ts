import type { CommandDefinition } from '../command-definition.js';

/** `GET /del?key=[&ver=][&is_dup=]` and `GET /hustdb/del?…`: deletes a key and answers the version deleted. */
export interface DelRequest {
  readonly key: Uint8Array;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const del: CommandDefinition<DelRequest> = {
  name: 'del',
  reply: 'write',
  parameters: { key: 'required', ver: 'optional', isDup: 'optional' },
  ha: { path: '/del', readsBody: false, checks: ['key'], checksTableName: false, refusal: 'closes' },
  node: { path: '/hustdb/del', methods: ['GET'] },
};
