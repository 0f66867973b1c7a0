import { equalBytes } from '@kvtwin/bytes';
import { DigestSum } from '../diff/digest-sum.js';
import { murmur3x128 } from '../scan/murmur3-128.js';
import type { AttemptParts } from './attempt-parts.js';
import { parseSeenKey, seenRange } from './job-keys.js';
import { jobSeed } from './job-seed.js';
import { contentDigestOf, sameSeenEntry } from './seen-entry.js';
import type { UnitFindings } from './unit-findings.js';

/** Compares what whole scans showed of a range of the hash: both sides' records of a key lie side by side. */
export async function findInRange(
  { signal, store, toleranceMs }: AttemptParts,
  range: number,
): Promise<UnitFindings> {
  const digest = new DigestSum();
  const open: Uint8Array[] = [];
  let agreed = 0;
  let last: { readonly key: Uint8Array; readonly record: Uint8Array } | undefined;
  const pair = (key: Uint8Array, first: Uint8Array, second: Uint8Array): void => {
    if (!sameSeenEntry(first, second, toleranceMs)) {
      open.push(key);
      return;
    }
    agreed++;
    digest.addEntry(murmur3x128(key, jobSeed), contentDigestOf(second));
  };
  for await (const entries of store.range(...seenRange(range))) {
    signal.throwIfAborted();
    for (const [name, record] of entries) {
      const { key, side } = parseSeenKey(name);
      if (side === 'second' && last !== undefined && equalBytes(last.key, key)) {
        pair(key, last.record, record);
        last = undefined;
        continue;
      }
      if (last !== undefined) open.push(last.key);
      last = side === 'first' ? { key, record } : undefined;
      if (side === 'second') open.push(key);
    }
  }
  if (last !== undefined) open.push(last.key);
  return { agreed, digest, open, scanned: [0, 0], listings: [] };
}
