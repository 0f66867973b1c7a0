import type { IterationEntry } from '@kvtwin/hotrod-protocol';
import type { ScanBatch, ScannedEntry, ScanOptions } from '@kvtwin/versioned-value';
import { iterateBatches } from '../cache/iterate-batches.js';
import type { CallSender } from '../call-sender.js';
import { HotRodError } from '../hotrod-error.js';
import type { CallTarget } from '../pending-call.js';
import { memberOfEntryKey } from './entry-key.js';
import {
  FINISHED_SCAN,
  formatScanCursor,
  parseScanCursor,
  segmentsMissing,
  unionOfSegments,
} from './scan-cursor.js';
import { versionedValueOf } from './versioned-value-of.js';

/** What is gone through. */
export interface ScanCacheInput {
  readonly client: CallSender;
  readonly target: CallTarget;
  /** Only keys that begin so; entries come without it. */
  readonly prefix: Uint8Array;
  /** Segments of the cache; 0: not known, and a scan is then resumed from its beginning. */
  readonly segmentCount: number;
  readonly options: ScanOptions;
}

/**
 * Scans by iteration with metadata, which does not count as a use of the entries. The cursor names the segments that
 * were wholly shown: entries of the others may come twice.
 */
export async function* scanCache(input: ScanCacheInput): AsyncGenerator<ScanBatch> {
  const { client, target, prefix, segmentCount, options } = input;
  const { cursor, part, signal, timeoutMs, batchSize } = options;
  const from = cursor === undefined ? undefined : parseScanCursor(cursor);
  if (from === 'finished') return;
  const resumes = from !== undefined && segmentCount > 0 && from.segmentCount === segmentCount;
  let finished = resumes ? from.finished : new Uint8Array();
  const missing = resumes ? segmentsMissing(finished, segmentCount) : undefined;
  const segments =
    part === undefined ? missing : missing === undefined || missing.includes(part) ? [part] : [];
  if (segments === undefined || segments.length > 0) {
    const batches = iterateBatches(client, target, {
      signal,
      timeoutMs,
      batchSize,
      segments,
      metadata: true,
    });
    for await (const batch of batches) {
      finished = unionOfSegments(finished, batch.finishedSegments);
      const entries = scannedEntries(batch.entries, prefix);
      yield { entries, cursor: formatScanCursor({ segmentCount, finished }) };
    }
  }
  yield { entries: [], cursor: FINISHED_SCAN };
}

function scannedEntries(entries: readonly IterationEntry[], prefix: Uint8Array): ScannedEntry[] {
  const scanned: ScannedEntry[] = [];
  for (const { key: stored, values, metadata } of entries) {
    const key = memberOfEntryKey(prefix, stored);
    if (key === undefined) continue;
    if (metadata === undefined) {
      throw new HotRodError('the server sends entries without versions; scans need protocol 2.5', {
        code: 'HOTROD_UNSUPPORTED',
        operation: 'iterationNext',
      });
    }
    scanned.push({ key, entry: versionedValueOf(values[0] ?? new Uint8Array(), metadata) });
  }
  return scanned;
}
