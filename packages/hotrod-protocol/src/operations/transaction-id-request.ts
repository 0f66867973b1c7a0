import { type TransactionId, transactionId } from '../transaction-id.js';
import { field, struct } from '../wire/struct.js';

/** A request that names one transaction and nothing else. */
export interface TransactionIdRequest {
  readonly transactionId: TransactionId;
}

/** xid */
export const transactionIdRequest = struct<TransactionIdRequest>(field('transactionId', transactionId));
