import { StoreError } from '@kvtwin/versioned-value';

/** Where a scan stands: the file (0 for a table's scan) and the raw record within it. */
export interface ScanPosition {
  readonly file: number;
  readonly offset: number;
}

/** `file:offset`. */
export function formatScanCursor({ file, offset }: ScanPosition): string {
  return `${file}:${offset}`;
}

/** The beginning where there is no cursor; `STORE_INVALID_ARGUMENT` for one that is none of this store's. */
export function parseScanCursor(cursor: string | undefined, store: string): ScanPosition {
  if (cursor === undefined) return { file: 0, offset: 0 };
  const match = /^(\d{1,4}):(\d{1,9})$/.exec(cursor);
  if (match !== null) return { file: Number(match[1]), offset: Number(match[2]) };
  throw new StoreError(
    `scan of ${store}: ${JSON.stringify(cursor.slice(0, 40))} is no cursor of this store`,
    {
      code: 'STORE_INVALID_ARGUMENT',
      store,
      operation: 'scan',
    },
  );
}
