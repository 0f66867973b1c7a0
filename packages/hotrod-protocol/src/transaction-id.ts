import type { Codec } from './wire/codec.js';
import { bytes, zigZagInt } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

/** An XA transaction id. */
export interface TransactionId {
  readonly formatId: number;
  /** At most 64 bytes. */
  readonly globalId: Uint8Array;
  /** At most 64 bytes. */
  readonly branchQualifier: Uint8Array;
}

/** `zzInt formatId   u8 n, n bytes   u8 n, n bytes`: lengths below 128 are the same byte as a vInt. */
export const transactionId: Codec<TransactionId> = struct<TransactionId>(
  field('formatId', zigZagInt),
  field('globalId', bytes),
  field('branchQualifier', bytes),
);
