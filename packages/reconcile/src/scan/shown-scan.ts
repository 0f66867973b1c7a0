import {
  placeOf,
  type ScanOptions,
  scanDirectly,
  type VersionedStore,
  type VisitedBatch,
} from '@kvtwin/versioned-value';
import type { ShownEntries } from '../diff/shown-entries.js';
import { resumableBatches } from './resumable-scan.js';
import { type SteadyScanOptions, steadyScan } from './steady-scan.js';

/** {@link steadyScan} for a diff, which needs of the entries only what {@link ShownEntries} keeps. */
export async function* shownScan(
  store: VersionedStore,
  options: SteadyScanOptions,
  shownOf: () => ShownEntries,
): AsyncGenerator<VisitedBatch<ShownEntries>> {
  if (store.capabilities.scanShifts !== true) {
    const scanned = { scan: (range: ScanOptions) => scanDirectly(store, range, shownOf) };
    yield* resumableBatches(scanned, options, ({ entries, visitor }) => ({
      entries,
      bytes: visitor.valueBytes,
    }));
    return;
  }
  for await (const { entries, cursor } of steadyScan(store, options)) {
    const visitor = shownOf();
    for (const { key, entry } of entries) visitor.visit(placeOf(key, entry));
    yield { visitor, entries: entries.length, cursor };
  }
}
