import { defineOperation } from '../operation-definition.js';
import { type TransactionId, transactionId } from '../transaction-id.js';
import { type TransactionModification, transactionModification } from '../transaction-modification.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { bool } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type XaReply, xaCodeBody } from './xa-code-body.js';

export interface PrepareTransactionRequest {
  readonly transactionId: TransactionId;
  readonly onePhaseCommit: boolean;
  readonly modifications: readonly TransactionModification[];
}

/** `not-executed`: another node prepares this transaction; try again or roll back. */
export type PrepareTransactionReply = XaReply | { readonly outcome: 'not-executed' };

/**
 * ```
 *   3B →  xid   bool onePhaseCommit   vInt n   n × modification
 *   3C ←  00: i32 xaCode    01: (no body)
 * ```
 */
export const prepareTransaction = defineOperation<PrepareTransactionRequest, PrepareTransactionReply>({
  name: 'prepareTransaction',
  requestOpcode: 0x3b,
  replyOpcode: 0x3c,
  since: '2.7',
  summary: 'Checks and locks what a transaction does, or does it at once.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<PrepareTransactionRequest>(
    field('transactionId', transactionId),
    field('onePhaseCommit', bool),
    field('modifications', list(transactionModification)),
  ),
  replies: { ok: xaCodeBody, 'not-executed': empty },
});
