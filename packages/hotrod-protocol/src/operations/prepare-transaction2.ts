import { defineOperation } from '../operation-definition.js';
import { type TransactionId, transactionId } from '../transaction-id.js';
import { type TransactionModification, transactionModification } from '../transaction-modification.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { bool, i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type XaReply, xaCodeBody } from './xa-code-body.js';

export interface PrepareTransaction2Request {
  readonly transactionId: TransactionId;
  readonly onePhaseCommit: boolean;
  /** Whether it is kept for recovery when its client is gone. */
  readonly recoverable: boolean;
  /** Milliseconds without a commit after which one that is not recoverable is rolled back. */
  readonly timeoutMs: bigint;
  readonly modifications: readonly TransactionModification[];
}

/** `not-executed`: another node prepares this transaction; try again or roll back. */
export type PrepareTransaction2Reply = XaReply | { readonly outcome: 'not-executed' };

/**
 * ```
 *   7D →  xid   bool onePhaseCommit   bool recoverable   i64 timeoutMs   vInt n   n × modification
 *   7E ←  00: i32 xaCode    01: (no body)
 * ```
 */
export const prepareTransaction2 = defineOperation<PrepareTransaction2Request, PrepareTransaction2Reply>({
  name: 'prepareTransaction2',
  requestOpcode: 0x7d,
  replyOpcode: 0x7e,
  since: '2.9',
  summary: 'Checks and locks what a transaction does, or does it at once; with a timeout.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<PrepareTransaction2Request>(
    field('transactionId', transactionId),
    field('onePhaseCommit', bool),
    field('recoverable', bool),
    field('timeoutMs', i64),
    field('modifications', list(transactionModification)),
  ),
  replies: { ok: xaCodeBody, 'not-executed': empty },
});
