import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { type TransactionId, transactionId } from '../transaction-id.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { field, struct } from '../wire/struct.js';

export type FetchTransactionsInDoubtRequest = EmptyBody;

export interface FetchTransactionsInDoubtReply {
  readonly outcome: 'ok';
  readonly transactionIds: readonly TransactionId[];
}

/**
 * ```
 *   7B →  (no body)
 *   7C ←  00: vInt n   n × xid
 * ```
 */
export const fetchTransactionsInDoubt = defineOperation<
  FetchTransactionsInDoubtRequest,
  FetchTransactionsInDoubtReply
>({
  name: 'fetchTransactionsInDoubt',
  requestOpcode: 0x7b,
  replyOpcode: 0x7c,
  since: '2.9',
  summary: 'Lists the transactions that were prepared and neither committed nor rolled back.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: empty,
  replies: {
    ok: struct<Omit<FetchTransactionsInDoubtReply, 'outcome'>>(field('transactionIds', list(transactionId))),
  },
});
