import { HUSTDB_LIMITS, type ListedEntry, type NodeListing } from '@kvtwin/hustdb-protocol';
import type { ScanPosition } from './scan-cursor.js';
import { entriesOf, PageReader } from './scan-pages.js';

/** One node, asked directly or through a front. */
export interface FileServer {
  /** How many files it has. */
  files(): Promise<number>;
  /** JSON text. */
  statAll(): Promise<string | undefined>;
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
  const hidden = hiddenRecords(await server.statAll(), filtered);
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

interface StatRow {
  readonly type?: unknown;
  readonly count?: unknown;
  readonly TOTALIZE?: { readonly KVPAIR?: { readonly count?: unknown } };
}

/**
 * How many raw records a listing may hide in a row: one for each entry of a sorted set; where it is filtered, everything that
 * the node holds, and those once more.
 */
function hiddenRecords(statAll: string | undefined, filtered: boolean): number {
  const rows: unknown = statAll === undefined ? [] : JSON.parse(statAll);
  if (!Array.isArray(rows)) return 0;
  return (rows as StatRow[]).reduce((sum, { type, count, TOTALIZE }) => {
    const twins = type === 'Z' ? numberOf(count) : 0;
    return sum + twins + (filtered ? numberOf(count) + numberOf(TOTALIZE?.KVPAIR?.count) : 0);
  }, 0);
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
