import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /hincrby?tb=&key=&val=[&ttl=]` and `GET /hustdb/hincrby?…[&ver=][&host=]`: adds to a stored integer (0 if absent),
 * wrapping at 64 bits. The HA sends it to one node, which copies it to `host` later.
 */
export interface HincrbyRequest {
  readonly table: string;
  readonly key: Uint8Array;
  readonly by: bigint;
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
  readonly host?: string;
}

export const hincrby: CommandDefinition<HincrbyRequest> = {
  name: 'hincrby',
  reply: 'increment',
  parameters: {
    table: 'required',
    key: 'required',
    by: 'required',
    ttlSeconds: 'optional',
    ver: 'optional',
    isDup: 'optional',
    host: 'optional',
  },
  ha: {
    path: '/hincrby',
    readsBody: false,
    checks: ['table', 'key', 'by'],
    checksTableName: false,
    refusal: 'not-found',
  },
  node: { path: '/hustdb/hincrby', methods: ['GET'] },
};
