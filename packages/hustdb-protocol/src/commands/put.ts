import type { CommandDefinition } from '../command-definition.js';

/** `POST /put?key=[&ttl=][&ver=][&is_dup=]` and `POST /hustdb/put?…`, the value in the body. */
export interface PutRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}

export const put: CommandDefinition<PutRequest> = {
  name: 'put',
  reply: 'write',
  parameters: {
    key: 'required',
    value: 'required',
    ttlSeconds: 'optional',
    ver: 'optional',
    isDup: 'optional',
  },
  ha: { path: '/put', readsBody: true, checks: ['key'], checksTableName: false, refusal: 'not-found' },
  node: { path: '/hustdb/put', methods: ['GET', 'POST'] },
};
