import type { ScanBatch, VersionedStore } from '@kvtwin/versioned-value';
import { DigestSum } from '../diff/digest-sum.js';
import { murmur3x128 } from './murmur3-128.js';
import { type ResumableScanOptions, resumableScan } from './resumable-scan.js';

/** What one part of a store took to be listed. */
export interface PartListing {
  /** 0 where the store has no parts. */
  readonly part: number;
  readonly listings: number;
  /** Whether two listings in a row showed the same keys. */
  readonly settled: boolean;
}

/** How a scan is made steady. */
export interface SteadyScanOptions extends ResumableScanOptions {
  /** After so many listings of a part it is given up as unsettled. At least 2. */
  readonly maxListings: number;
  /** Called when a part of a store whose scans shift was listed. */
  readonly onListed?: ((listing: PartListing) => void) | undefined;
}

/**
 * The entries of a store in batches, none of which a removal hid. Where scans shift (`capabilities.scanShifts`), each part
 * of the store is listed again until two listings in a row show the same keys, so entries come several times; a cursor goes
 * on with its part from that part's beginning. Any other store is scanned once.
 */
export async function* steadyScan(
  store: VersionedStore,
  options: SteadyScanOptions,
): AsyncGenerator<ScanBatch> {
  if (store.capabilities.scanShifts !== true) {
    yield* resumableScan(store, options);
    return;
  }
  const { signal, timeoutMs, cursor, part: only } = options;
  const count = only === undefined ? (await store.parts?.({ signal, timeoutMs }))?.count : undefined;
  const last = only ?? (count ?? 1) - 1;
  for (let part = only ?? partOf(cursor); part <= last; part++) {
    const place = count === undefined && only === undefined ? {} : { part };
    yield* settle(store, { ...options, ...place, cursor: undefined }, part);
  }
}

const cursorPrefix = 'part:';

function partOf(cursor: string | undefined): number {
  return cursor === undefined ? 0 : Number(cursor.slice(cursorPrefix.length));
}

async function* settle(
  store: VersionedStore,
  options: SteadyScanOptions,
  part: number,
): AsyncGenerator<ScanBatch> {
  const { maxListings, onListed } = options;
  let before: Listed | undefined;
  for (let listings = 1; ; listings++) {
    const listed = { keys: 0, sum: new DigestSum() };
    for await (const { entries } of resumableScan(store, options)) {
      for (const { key } of entries) listed.sum.add(murmur3x128(key, 0));
      listed.keys += entries.length;
      yield { entries, cursor: `${cursorPrefix}${part}` };
    }
    const settled = before?.keys === listed.keys && before.sum.equals(listed.sum);
    if (settled || listings === maxListings) {
      onListed?.({ part, listings, settled });
      return;
    }
    before = listed;
  }
}

interface Listed {
  readonly keys: number;
  readonly sum: DigestSum;
}
