import { HUSTDB_LIMITS, type ListedEntry } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  type EntryVersion,
  type ScanBatch,
  type ScannedEntry,
  type ScanOptions,
  StoreError,
  type StoreParts,
  UNKNOWN_EXPIRATION,
} from '@kvtwin/versioned-value';
import type { HustDbNode } from './hustdb-node.js';
import type { TableSpace } from './node-space.js';
import { formatScanCursor, parseScanCursor, type ScanPosition } from './scan-cursor.js';
import { entriesOf, PageReader } from './scan-pages.js';
import { walkFiles } from './walk-files.js';

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

/** What a scan of a node can be cut into: kv keys lie in files by a hash, a table lies in one file as a whole. */
export async function partsOf(
  client: HustDbNode,
  table: string | undefined,
  { signal, timeoutMs }: CallOptions = {},
): Promise<StoreParts> {
  const call: CallOptions = { signal, timeoutMs };
  const { kv, tables } = await client.statistics(call);
  if (table !== undefined) {
    const keysPerPart = tables.find((each) => each.table === table)?.count ?? 0;
    return { scheme: 'hustdb-table', count: 1, keysPerPart };
  }
  const count = await client.fileCount(call);
  return { scheme: `hustdb-files-${count}`, count, keysPerPart: Math.ceil(kv.count / Math.max(1, count)) };
}

/** The kv keys of a node: every file from its beginning, or one file, the entries of tables left out. */
export async function* scanKv(
  client: HustDbNode,
  options: ScanOptions,
  store: string,
): AsyncGenerator<ScanBatch> {
  const call: CallOptions = { signal: options.signal, timeoutMs: options.timeoutMs };
  const { cursor, part } = options;
  const start =
    cursor === undefined && part !== undefined ? { file: part, offset: 0 } : parseScanCursor(cursor, store);
  const server = {
    files: async () => (part === undefined ? client.fileCount(call) : part + 1),
    statistics: () => client.statistics(call),
    page: ({ file, offset }: ScanPosition, size: number) =>
      client.keys({ file, offset, size, noval: false }, call),
  };
  for await (const { entries, next } of walkFiles(server, start, pageSize(options, store))) {
    const kv = entries.filter((entry) => entry.table === undefined).map(scanned);
    yield { entries: kv, cursor: formatScanCursor(next) };
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
