import {
  HUSTDB_LIMITS,
  type ListedEntry,
  type NodeListing,
  type NodeStatistics,
} from '@kvtwin/hustdb-protocol';
import type { ScanPosition } from './scan-cursor.js';
import { entriesOf, PageReader } from './scan-pages.js';

/** One node, asked directly or through a front. */
export interface FileServer {
  /** How many files it has. */
  files(): Promise<number>;
  statistics(): Promise<NodeStatistics>;
  page(position: ScanPosition, size: number): Promise<NodeListing>;
}

/** A page of a file, and the position behind it. */
export interface FilePage {
  readonly file: number;
  readonly entries: readonly ListedEntry[];
  readonly next: ScanPosition;
}

/**
 * Every file of a node from its beginning, page by page. Pages are counted in raw records, of which a node hides some (the
 * twins of sorted-set entries, what lies outside a bucket range), so a page may be empty before the end: where something may
 * be hidden a file ends only where its offset is past everything that the node holds, else at the first empty page.
 */
export async function* walkFiles(
  server: FileServer,
  start: ScanPosition,
  pageSize: number,
  { filtered = false }: { readonly filtered?: boolean } = {},
): AsyncGenerator<FilePage> {
  const files = await server.files();
  const hidden = hiddenRecords(await server.statistics(), filtered);
  for (let file = start.file; file < files; file++) {
    const reader = new PageReader((position, size) => server.page(position, size), pageSize);
    let offset = file === start.file ? start.offset : 0;
    let quiet = 0;
    while (offset <= HUSTDB_LIMITS.listOffset) {
      const { listing, size } = await reader.read({ file, offset });
      const entries = entriesOf(listing);
      offset += size;
      quiet = entries.length === 0 ? quiet + size : 0;
      if (entries.length === 0 && quiet > hidden) break;
      yield { file, entries, next: { file, offset } };
    }
  }
}

/**
 * How many raw records a listing may hide in a row: one for each entry of a sorted set; where it is filtered, everything that
 * the node holds, and those once more.
 */
function hiddenRecords({ kv, tables }: NodeStatistics, filtered: boolean): number {
  return tables.reduce(
    (sum, { type, count }) => sum + (type === 'Z' ? count : 0) + (filtered ? count : 0),
    filtered ? kv.count : 0,
  );
}
