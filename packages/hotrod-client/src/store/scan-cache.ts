import type { IterationBatch, IterationEntry } from '@kvtwin/hotrod-protocol';
import type {
  EntryVisitor,
  ScanBatch,
  ScannedEntry,
  ScanOptions,
  VisitedBatch,
} from '@kvtwin/versioned-value';
import { type IterateBatchesOptions, iterateBatches, visitBatches } from '../cache/iterate-batches.js';
import type { CallSender } from '../call-sender.js';
import { HotRodError } from '../hotrod-error.js';
import type { CallTarget } from '../pending-call.js';
import { memberOfEntryKey } from './entry-key.js';
import { MemberVisitor } from './member-visitor.js';
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
  const { client, target, prefix } = input;
  const batches = walkCache(
    input,
    (options) => iterateBatches(client, target, options),
    (batch) => batch,
  );
  for await (const { found, cursor } of batches) {
    yield { entries: found === undefined ? [] : scannedEntries(found.entries, prefix), cursor };
  }
}

/** {@link scanCache} for visitors. */
export async function* visitCache<Visitor extends EntryVisitor>(
  input: ScanCacheInput,
  visitorOf: () => Visitor,
): AsyncGenerator<VisitedBatch<Visitor>> {
  const { client, target, prefix } = input;
  const batches = walkCache(
    input,
    (options) => visitBatches(client, target, options, () => new MemberVisitor(prefix, visitorOf())),
    ({ batch }) => batch,
  );
  for await (const { found, cursor } of batches) {
    if (found?.visitor.lacksVersions) throw withoutVersions();
    const visitor = found?.visitor.visitor ?? visitorOf();
    yield { visitor, entries: found?.visitor.members ?? 0, cursor };
  }
}

/** Each batch that is found with the cursor behind it, and nothing found at the end. */
async function* walkCache<Found>(
  { segmentCount, options }: ScanCacheInput,
  walk: (options: IterateBatchesOptions) => AsyncIterable<Found>,
  batchOf: (found: Found) => IterationBatch,
): AsyncGenerator<{ readonly found: Found | undefined; readonly cursor: string }> {
  const { cursor, part, signal, timeoutMs, batchSize } = options;
  const from = cursor === undefined ? undefined : parseScanCursor(cursor);
  if (from === 'finished') return;
  const resumes = from !== undefined && segmentCount > 0 && from.segmentCount === segmentCount;
  let finished = resumes ? from.finished : new Uint8Array();
  const missing = resumes ? segmentsMissing(finished, segmentCount) : undefined;
  const segments =
    part === undefined ? missing : missing === undefined || missing.includes(part) ? [part] : [];
  if (segments === undefined || segments.length > 0) {
    for await (const found of walk({ signal, timeoutMs, batchSize, segments, metadata: true })) {
      finished = unionOfSegments(finished, batchOf(found).finishedSegments);
      yield { found, cursor: formatScanCursor({ segmentCount, finished }) };
    }
  }
  yield { found: undefined, cursor: FINISHED_SCAN };
}

function scannedEntries(entries: readonly IterationEntry[], prefix: Uint8Array): ScannedEntry[] {
  const scanned: ScannedEntry[] = [];
  for (const { key: stored, values, metadata } of entries) {
    const key = memberOfEntryKey(prefix, stored);
    if (key === undefined) continue;
    if (metadata === undefined) throw withoutVersions();
    scanned.push({ key, entry: versionedValueOf(values[0] ?? new Uint8Array(), metadata) });
  }
  return scanned;
}

function withoutVersions(): HotRodError {
  return new HotRodError('the server sends entries without versions; scans need protocol 2.5', {
    code: 'HOTROD_UNSUPPORTED',
    operation: 'iterationNext',
  });
}
