import { decodeUtf8, encodeUtf8 } from '@kvtwin/bytes';
import type { Two } from '@kvtwin/versioned-value';
import type { ClassCounts } from '../diff/diff-progress.js';
import type { PartListing } from '../scan/steady-scan.js';
import { unitKey, unitRange } from './job-keys.js';
import type { OrderedStore, OrderedWrite } from './ordered-store.js';

/** What came of a unit that is done. */
export interface UnitRecord {
  readonly unit: number;
  readonly classes: ClassCounts;
  readonly digest: string;
  /** Entries that the scans of each side showed; 0 where the unit is a range of the hash. */
  readonly scanned: Two<number>;
  /** Of the sides whose scans shift. */
  readonly listings: readonly SideListing[];
}

/** How one side's listing of a part went. */
export interface SideListing extends PartListing {
  readonly side: 'first' | 'second';
}

/** The write that keeps a record. */
export function unitWrite(record: UnitRecord): OrderedWrite {
  return [unitKey(record.unit), encodeUtf8(JSON.stringify(record))];
}

/** The units of a job that are done, in their order. */
export async function readUnits(store: OrderedStore): Promise<UnitRecord[]> {
  const records: UnitRecord[] = [];
  for await (const entries of store.range(...unitRange)) {
    for (const [, text] of entries) records.push(JSON.parse(decodeUtf8(text)) as UnitRecord);
  }
  return records;
}
