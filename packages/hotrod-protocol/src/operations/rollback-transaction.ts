import { defineOperation } from '../operation-definition.js';
import { type TransactionIdRequest, transactionIdRequest } from './transaction-id-request.js';
import { type XaReply, xaCodeBody } from './xa-code-body.js';

export type RollbackTransactionRequest = TransactionIdRequest;

export type RollbackTransactionReply = XaReply;

/**
 * ```
 *   3F →  xid
 *   40 ←  00: i32 xaCode
 * ```
 */
export const rollbackTransaction = defineOperation<RollbackTransactionRequest, RollbackTransactionReply>({
  name: 'rollbackTransaction',
  requestOpcode: 0x3f,
  replyOpcode: 0x40,
  since: '2.7',
  summary: 'Gives up what a transaction has prepared.',
  readOnly: false,
  idempotent: true,
  routing: 'any',
  request: transactionIdRequest,
  replies: { ok: xaCodeBody },
});
