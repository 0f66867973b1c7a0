import type { CommandDefinition } from '../command-definition.js';

/**
 * `GET /set_table`, then `POST /set_table?id=` with a table file as body: gives the HA another table. The HA only. The first
 * step answers a number, encrypted with the cluster's public key; `id` is that number, which whoever has the private key can
 * read. See {@link ../set-table-reply.js}.
 */
export interface SetTableRequest {
  /** Decimal. Absent: the first step. */
  readonly id?: string;
  /** The table file, JSON. */
  readonly value?: Uint8Array;
}

export const setTable: CommandDefinition<SetTableRequest> = {
  name: 'set_table',
  reply: 'set-table',
  parameters: { id: 'optional', value: 'optional' },
  ha: { path: '/set_table', readsBody: true, checks: [], checksTableName: false, refusal: 'not-found' },
};
