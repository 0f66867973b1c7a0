import { HUSTDB_LIMITS, type ListedEntry } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  type EntryVersion,
  type ScanBatch,
  type ScannedEntry,
  type ScanOptions,
  StoreError,
  UNKNOWN_EXPIRATION,
} from '@kvtwin/versioned-value';
import type { HustDbNode } from './hustdb-node.js';
import type { TableSpace } from './node-space.js';
import { formatScanCursor, parseScanCursor } from './scan-cursor.js';
import { entriesOf, PageReader } from './scan-pages.js';

/**
 * The entries of a table, page by page; nothing is filtered there, so an empty page is the last one. A sorted set comes in
 * the order of its scores, so a score that changes meanwhile may hide another member or show one twice. The caller has asked
 * already whether the table holds another type.
 */
export async function* scanTable(
  space: TableSpace,
  options: ScanOptions,
  store: string,
): AsyncGenerator<ScanBatch> {
  const call: CallOptions = { signal: options.signal, timeoutMs: options.timeoutMs };
  const reader = new PageReader(
    ({ offset }, size) => space.list(offset, size, call),
    pageSize(options, store),
  );
  let position = parseScanCursor(options.cursor, store);
  while (position.offset <= HUSTDB_LIMITS.listOffset) {
    const { listing, size } = await reader.read(position);
    const entries = entriesOf(listing);
    if (entries.length === 0) return;
    position = { file: 0, offset: position.offset + size };
    yield { entries: entries.map(scanned), cursor: formatScanCursor(position) };
  }
}

/**
 * The kv keys of a node: every file from its beginning, the entries of tables left out. Pages are counted in raw records, of
 * which a node hides some (the twins of sorted-set entries), so a page may be empty before the end: where the node has
 * sorted sets a file ends only where its offset is past everything that the node holds, else at the first empty page.
 */
export async function* scanKv(
  client: HustDbNode,
  options: ScanOptions,
  store: string,
): AsyncGenerator<ScanBatch> {
  const call: CallOptions = { signal: options.signal, timeoutMs: options.timeoutMs };
  const start = parseScanCursor(options.cursor, store);
  const files = await client.fileCount(call);
  const hidden = hiddenRecords(await client.statAll(call));
  for (let file = start.file; file < files; file++) {
    const reader = new PageReader(
      ({ offset }, size) => client.keys({ file, offset, size, noval: false }, call),
      pageSize(options, store),
    );
    let offset = file === start.file ? start.offset : 0;
    let quiet = 0;
    while (offset <= HUSTDB_LIMITS.listOffset) {
      const { listing, size } = await reader.read({ file, offset });
      const listed = entriesOf(listing);
      offset += size;
      quiet = listed.length === 0 ? quiet + size : 0;
      if (listed.length === 0 && quiet > hidden) break;
      const entries = listed.filter((entry) => entry.table === undefined).map(scanned);
      yield { entries, cursor: formatScanCursor({ file, offset }) };
    }
  }
}

/** The largest hint of a VersionedStore; a node lists 1000 at most. */
const MAX_BATCH_SIZE = 100_000;

function pageSize({ batchSize = HUSTDB_LIMITS.listSize }: ScanOptions, store: string): number {
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= MAX_BATCH_SIZE) {
    return Math.min(batchSize, HUSTDB_LIMITS.listSize);
  }
  throw new StoreError(
    `scan of ${store}: batchSize must be an integer from 1 to ${MAX_BATCH_SIZE}, not ${batchSize}`,
    {
      code: 'STORE_INVALID_ARGUMENT',
      store,
      operation: 'scan',
    },
  );
}

function scanned({ key, value, version }: ListedEntry): ScannedEntry {
  const token: EntryVersion = { scheme: 'counter', token: version };
  return {
    key,
    entry: { value: value ?? new Uint8Array(0), version: token, expiration: UNKNOWN_EXPIRATION },
  };
}

/** How many raw records a listing may hide in a row: one for each entry of a sorted set. */
function hiddenRecords(statAll: string | undefined): number {
  const rows: unknown = statAll === undefined ? [] : JSON.parse(statAll);
  if (!Array.isArray(rows)) return 0;
  return rows.reduce<number>((sum, row: { type?: unknown; count?: unknown }) => {
    return row.type === 'Z' && typeof row.count === 'number' ? sum + row.count : sum;
  }, 0);
}
