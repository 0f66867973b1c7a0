import { decodeBase64, encodeBase64 } from '@kvtwin/bytes';
import type { RepairOutcome } from '@kvtwin/replica-pair';
import { type EntryVersion, StoreError, type Two } from '@kvtwin/versioned-value';
import type { PlanTake } from '../plan/plan-row.js';
import type { BeforeImage } from './before-image.js';

/** One side of an intent: what stood there, and what is to stand there. */
export interface IntendedWrite {
  readonly before: BeforeImage | null;
  /** SHA-256 of what stood there, lower-case hex; `null`: nothing. */
  readonly beforeSha256: string | null;
  /** SHA-256 of what is written; `null`: a removal. */
  readonly afterSha256: string | null;
}

/** Kept before the first write of a row. A side that is not to be written is `null`. */
export interface IntentRecord {
  readonly record: 'intent';
  /** Number of the row in its plan, from 0. */
  readonly row: number;
  readonly key: Uint8Array;
  /** `merge`: a value that somebody made of both, which no plan has. */
  readonly take: AppliedTake | 'merge';
  /** Both sides' SHA-256 as the plan, or who decided, saw them. */
  readonly hashes: Two<string | null>;
  readonly writes: Two<IntendedWrite | null>;
  /** An earlier row about the same key, whose before-images this one has taken over. */
  readonly supersedes?: number;
}

/** What a plan can have done. */
export type AppliedTake = Exclude<PlanTake, 'skip' | 'undecided'>;

/** How the write of one side ended, for an undo: it puts nothing back that was not written, and over no other version. */
export interface WriteEnd {
  readonly wrote: boolean;
  /** Under which what was written stands; `null`: a removal, or not known. */
  readonly version: EntryVersion | null;
}

/** Kept once it is known how a row ended, or how an attempt at it failed. */
export interface OutcomeRecord {
  readonly record: 'outcome';
  readonly row: number;
  readonly outcome: RepairOutcome;
  /** Of each side: how its write ended; `null` where none was to be made, or nobody knows. */
  readonly sides?: Two<WriteEnd | null>;
}

export type ApplyRecord = IntentRecord | OutcomeRecord;

/** A record as one line of JSON; the key is base64. */
export function formatApplyRecord(record: ApplyRecord): string {
  return JSON.stringify(record.record === 'intent' ? { ...record, key: encodeBase64(record.key) } : record);
}

/** Reads a line that {@link formatApplyRecord} wrote. Whoever keeps the log guards its bytes; this only refuses what is no record. */
export function parseApplyRecord(text: string): ApplyRecord {
  const value = JSON.parse(text) as { record?: unknown; key?: string };
  if (value.record === 'outcome') return value as unknown as OutcomeRecord;
  if (value.record === 'intent') {
    return { ...(value as unknown as IntentRecord), key: decodeBase64(value.key ?? '') };
  }
  throw new StoreError(`the log holds a record that is none of an apply: ${text.slice(0, 80)}`, {
    code: 'STORE_INVALID_ARGUMENT',
    operation: 'apply',
  });
}
