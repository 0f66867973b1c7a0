import { defineOperation } from '../operation-definition.js';
import { type TransactionIdRequest, transactionIdRequest } from './transaction-id-request.js';
import { type XaReply, xaCodeBody } from './xa-code-body.js';

export type CommitTransactionRequest = TransactionIdRequest;

export type CommitTransactionReply = XaReply;

/**
 * ```
 *   3D →  xid
 *   3E ←  00: i32 xaCode
 * ```
 */
export const commitTransaction = defineOperation<CommitTransactionRequest, CommitTransactionReply>({
  name: 'commitTransaction',
  requestOpcode: 0x3d,
  replyOpcode: 0x3e,
  since: '2.7',
  summary: 'Does what a transaction has prepared.',
  readOnly: false,
  idempotent: true,
  routing: 'any',
  request: transactionIdRequest,
  replies: { ok: xaCodeBody },
});
