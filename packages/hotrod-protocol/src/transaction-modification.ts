import type { Codec } from './wire/codec.js';
import { bytes, i64, u8 } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from './wire-expiration.js';

/** Bits that say what a transaction knows of a key, and does to it. */
export const TransactionControl = {
  /** It was not read: nothing is compared. */
  NOT_READ: 0x01,
  /** It was absent when it was read, and must still be. Never with NOT_READ. */
  NON_EXISTING: 0x02,
  /** It is removed; without this bit it is written. */
  REMOVE: 0x04,
} as const;

/** What a transaction does to one key. */
export interface TransactionModification {
  /** Each key at most once in a transaction. */
  readonly key: Uint8Array;
  /** Bits of `TransactionControl`. */
  readonly control: number;
  /** The version that was read and must still be there; only where it is neither NOT_READ nor NON_EXISTING. */
  readonly versionRead?: bigint;
  /** Only of writes; never, where it is not given. */
  readonly expiration?: WireExpiration;
  /** Only of writes. */
  readonly value?: Uint8Array;
}

const controlOf = (before: object): number => (before as TransactionModification).control;
const isWrite = (before: object): boolean => (controlOf(before) & TransactionControl.REMOVE) === 0;
const wasRead = (before: object): boolean =>
  (controlOf(before) & (TransactionControl.NOT_READ | TransactionControl.NON_EXISTING)) === 0;

interface Fields {
  readonly key: Uint8Array;
  readonly control: number;
  readonly versionRead: bigint;
  readonly expiration: WireExpiration;
  readonly value: Uint8Array;
}

/**
 * ```
 *   bytes key   u8 control   [i64 versionRead]          [expiration   bytes value]
 *                             neither bit 1 nor bit 2     without bit 4
 * ```
 */
export const transactionModification = struct<Fields>(
  field('key', bytes),
  field('control', u8),
  field('versionRead', i64, { when: wasRead }),
  field('expiration', wireExpiration, { otherwise: NO_EXPIRATION, when: isWrite }),
  field('value', bytes, { when: isWrite }),
) as Codec<TransactionModification>;
