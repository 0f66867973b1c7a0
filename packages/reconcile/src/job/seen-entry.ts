import { type Expiration, expirationSkewMs, expiryInstantMs } from '@kvtwin/versioned-value';
import type { ShownEntries } from '../diff/shown-entries.js';
import type { Digest128 } from '../scan/murmur3-128.js';

/**
 * What a job keeps of an entry that a scan showed, instead of its value:
 *
 * ```
 *   length u32 · digest 16 bytes                                              it never goes away
 *   length u32 · digest 16 bytes · 0                                          it is not told when it does
 *   length u32 · digest 16 bytes · instant of its end f64 · max idle f64      otherwise; what there is none of is infinite
 * ```
 *
 * Big-endian. The digest is of the value, and under `counter` of its version too, with the job's seed.
 */
export function encodeSeenEntry(shown: ShownEntries, entry: number): Uint8Array {
  shown.digestsInto(keyWords, contentWords, entry);
  const expiring = shown.expiring(entry);
  const instantMs = expiring === undefined ? Number.POSITIVE_INFINITY : expiryInstantMs(expiring);
  const bytes = new Uint8Array(
    expiring === undefined ? HEAD_BYTES : instantMs === undefined ? NOT_TOLD_BYTES : MORTAL_BYTES,
  );
  const view = new DataView(bytes.buffer);
  view.setUint32(0, shown.valueLength(entry));
  for (let at = 0; at < 4; at++) view.setUint32(4 + at * 4, contentWords[at]!);
  if (expiring === undefined || instantMs === undefined) return bytes;
  const { expiration } = expiring;
  const maxIdleMs = expiration.kind === 'mortal' ? expiration.maxIdleMs : undefined;
  view.setFloat64(HEAD_BYTES, instantMs);
  view.setFloat64(HEAD_BYTES + 8, maxIdleMs ?? Number.POSITIVE_INFINITY);
  return bytes;
}

/** The digest in a record. */
export function contentDigestOf(record: Uint8Array): Digest128 {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  return [view.getUint32(4), view.getUint32(8), view.getUint32(12), view.getUint32(16)];
}

/** Whether two records stand for the same state. */
export function sameSeenEntry(first: Uint8Array, second: Uint8Array, toleranceMs: number): boolean {
  for (let at = 0; at < HEAD_BYTES; at++) if (first[at] !== second[at]) return false;
  if (first.length === HEAD_BYTES && second.length === HEAD_BYTES) return true;
  return expirationSkewMs(expiringOf(first), expiringOf(second), toleranceMs) === undefined;
}

const keyWords = new Uint32Array(4);
const contentWords = new Uint32Array(4);
const HEAD_BYTES = 20;
const NOT_TOLD_BYTES = HEAD_BYTES + 1;
const MORTAL_BYTES = HEAD_BYTES + 16;

/** The record's expiration as an entry that was created at 0 would have it. */
function expiringOf(record: Uint8Array): { readonly expiration: Expiration; readonly createdAtMs: number } {
  if (record.length === HEAD_BYTES) return { expiration: { kind: 'immortal' }, createdAtMs: 0 };
  if (record.length === NOT_TOLD_BYTES) return { expiration: { kind: 'unknown' }, createdAtMs: 0 };
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const instantMs = view.getFloat64(HEAD_BYTES);
  const maxIdleMs = view.getFloat64(HEAD_BYTES + 8);
  const lifespan = Number.isFinite(instantMs) ? { lifespanMs: instantMs } : {};
  const idle = Number.isFinite(maxIdleMs) ? { maxIdleMs } : {};
  return { expiration: { kind: 'mortal', ...lifespan, ...idle }, createdAtMs: 0 };
}
