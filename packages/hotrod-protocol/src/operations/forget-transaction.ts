import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type TransactionIdRequest, transactionIdRequest } from './transaction-id-request.js';

export type ForgetTransactionRequest = TransactionIdRequest;

export interface ForgetTransactionReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   79 →  xid
 *   7A ←  00: (no body)
 * ```
 */
export const forgetTransaction = defineOperation<ForgetTransactionRequest, ForgetTransactionReply>({
  name: 'forgetTransaction',
  requestOpcode: 0x79,
  replyOpcode: 0x7a,
  since: '2.9',
  summary: 'Has the server forget a transaction that recovery is done with.',
  readOnly: false,
  idempotent: true,
  routing: 'any',
  request: transactionIdRequest,
  replies: { ok: empty },
});
