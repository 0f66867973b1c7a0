import { decodeUtf8 } from '@kvtwin/bytes';
import {
  type Expiration,
  expirationSkewMs,
  expiryInstantMs,
  type VersionedValue,
  type VersionPolicy,
} from '@kvtwin/versioned-value';
import { type Digest128, murmur3x128 } from '../scan/murmur3-128.js';

/**
 * What a job keeps of an entry that a scan showed, instead of its value:
 *
 * ```
 *   length u32 · digest 16 bytes · expiration kind u8 · instant of its end f64 · max idle f64 · version, UTF-8
 * ```
 *
 * Big-endian. The digest is MurmurHash3 with the job's seed. An instant or a max idle that there is none of is infinite.
 */
export function encodeSeenEntry(entry: VersionedValue, seed: number): Uint8Array {
  const version = utf8.encode(entry.version.token);
  const bytes = new Uint8Array(HEAD_BYTES + version.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, entry.value.length);
  const digest = murmur3x128(entry.value, seed);
  for (let at = 0; at < 4; at++) view.setUint32(4 + at * 4, digest[at]!);
  const instantMs = expiryInstantMs(entry);
  view.setUint8(20, instantMs === undefined ? NOT_TOLD : TOLD);
  view.setFloat64(21, instantMs ?? Number.POSITIVE_INFINITY);
  const { expiration } = entry;
  const maxIdleMs = expiration.kind === 'mortal' ? expiration.maxIdleMs : undefined;
  view.setFloat64(29, maxIdleMs ?? Number.POSITIVE_INFINITY);
  bytes.set(version, HEAD_BYTES);
  return bytes;
}

/** The digest of the value that a record stands for. */
export function valueDigestOf(record: Uint8Array): Digest128 {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  return [view.getUint32(4), view.getUint32(8), view.getUint32(12), view.getUint32(16)];
}

/** The version in a record. */
export function versionOf(record: Uint8Array): string {
  return decodeUtf8(record.subarray(HEAD_BYTES));
}

/** Whether two records stand for the same state as far as the policy compares it. */
export function sameSeenEntry(
  first: Uint8Array,
  second: Uint8Array,
  policy: VersionPolicy,
  toleranceMs: number,
): boolean {
  for (let at = 0; at < 20; at++) if (first[at] !== second[at]) return false;
  if (policy === 'counter') {
    if (first.length !== second.length) return false;
    for (let at = HEAD_BYTES; at < first.length; at++) if (first[at] !== second[at]) return false;
  }
  return expirationSkewMs(expiringOf(first), expiringOf(second), toleranceMs) === undefined;
}

const utf8 = new TextEncoder();
const HEAD_BYTES = 37;
const NOT_TOLD = 0;
const TOLD = 1;

/** The record's expiration as an entry that was created at 0 would have it. */
function expiringOf(record: Uint8Array): { readonly expiration: Expiration; readonly createdAtMs: number } {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (view.getUint8(20) === NOT_TOLD) return { expiration: { kind: 'unknown' }, createdAtMs: 0 };
  const instantMs = view.getFloat64(21);
  const maxIdleMs = view.getFloat64(29);
  const lifespan = Number.isFinite(instantMs) ? { lifespanMs: instantMs } : {};
  const idle = Number.isFinite(maxIdleMs) ? { maxIdleMs } : {};
  const immortal = Object.keys(lifespan).length + Object.keys(idle).length === 0;
  return {
    expiration: immortal ? { kind: 'immortal' } : { kind: 'mortal', ...lifespan, ...idle },
    createdAtMs: 0,
  };
}
