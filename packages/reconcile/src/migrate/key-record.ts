import { equalBytes } from '@kvtwin/bytes';
import { type SkipReason, skipReasons } from './skip-reason.js';

const outcomes = ['open', 'copied', 'held', 'skipped'] as const;

/** What became of a key. `open`: its first write was begun and not ended. */
export type KeyOutcome = (typeof outcomes)[number];

/**
 * What a migration knows of one key. `ours`: SHA-256 of every value of ours that the target may hold: the one copied
 * last, then those whose write was begun since. A target that holds one of them holds nothing of anybody else.
 *
 * ```
 *   u8 outcome | flags << 4     u8 reason + 1 (0: none)     u16 round     f64 expiry instant, ms (0: none)     [32 bytes]…
 * ```
 */
export interface KeyRecord {
  readonly outcome: KeyOutcome;
  /** Of a skipped key. */
  readonly reason?: SkipReason | undefined;
  /** In which round the source showed it last. */
  readonly round: number;
  /** The source does not tell when it expires. */
  readonly unknownExpiration: boolean;
  /** The mapping gave it a lifespan. */
  readonly mappedLifespan: boolean;
  /** The target cannot keep its lifespan or max-idle, so that the copy stays longer. */
  readonly expirationCut: boolean;
  /** When the source's entry expires, as far as it told; undefined: never, or not told. */
  readonly expiresAtMs: number | undefined;
  readonly ours: readonly Uint8Array[];
}

const digestBytes = 32;
const headBytes = 12;
/** Each crash between two writes of a key adds one; no more than these can matter. */
const mostOurs = 8;

export function encodeKeyRecord(record: KeyRecord): Uint8Array {
  const ours = record.ours.slice(-mostOurs);
  const bytes = new Uint8Array(headBytes + ours.length * digestBytes);
  const view = new DataView(bytes.buffer);
  const flags =
    (record.unknownExpiration ? 1 : 0) | (record.mappedLifespan ? 2 : 0) | (record.expirationCut ? 4 : 0);
  view.setUint8(0, outcomes.indexOf(record.outcome) | (flags << 4));
  view.setUint8(1, record.reason === undefined ? 0 : skipReasons.indexOf(record.reason) + 1);
  view.setUint16(2, record.round);
  view.setFloat64(4, record.expiresAtMs ?? 0);
  for (const [at, digest] of ours.entries()) bytes.set(digest, headBytes + at * digestBytes);
  return bytes;
}

export function decodeKeyRecord(bytes: Uint8Array): KeyRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const ours: Uint8Array[] = [];
  for (let at = headBytes; at + digestBytes <= bytes.length; at += digestBytes) {
    ours.push(bytes.slice(at, at + digestBytes));
  }
  const expiresAtMs = view.getFloat64(4);
  return {
    outcome: outcomes[view.getUint8(0) & 0x0f]!,
    reason: skipReasons[view.getUint8(1) - 1],
    round: view.getUint16(2),
    unknownExpiration: (view.getUint8(0) & 0x10) !== 0,
    mappedLifespan: (view.getUint8(0) & 0x20) !== 0,
    expirationCut: (view.getUint8(0) & 0x40) !== 0,
    expiresAtMs: expiresAtMs === 0 ? undefined : expiresAtMs,
    ours,
  };
}

/** Whether a value of this digest is one of ours. */
export function isOurs(record: KeyRecord | undefined, digest: Uint8Array): boolean {
  return record?.ours.some((known) => equalBytes(known, digest)) === true;
}
