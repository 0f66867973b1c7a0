import type { Side } from '@kvtwin/versioned-value';
import { DigestSum } from '../diff/digest-sum.js';
import { scanBoth } from '../diff/scan-both.js';
import { type HashRange, nextRange, wholeRange } from '../scan/hash-range.js';
import { shownScan } from '../scan/shown-scan.js';
import type { AttemptParts } from './attempt-parts.js';
import type { UnitFindings } from './unit-findings.js';
import type { SideListing } from './unit-record.js';

/** Scans one part of both stores and compares it in memory; in several passes where it does not fit. */
export async function findInPart(parts: AttemptParts, part: number): Promise<UnitFindings> {
  const digest = new DigestSum();
  const open: Uint8Array[] = [];
  const scanned = { first: 0, second: 0 };
  const listings = new Map<Side, SideListing>();
  let agreed = 0;
  for (let range: HashRange | undefined = wholeRange; range !== undefined; ) {
    const ledger = parts.ledgers.take(range);
    await scanBoth({
      ...parts,
      part,
      scan: (store, options) => shownScan(store, options, () => parts.shown.take()),
      onBatch: (side, { visitor }) => {
        ledger.observe(side, visitor);
        scanned[side] += visitor.length;
        parts.onShown(side, visitor.length, visitor.valueBytes);
        parts.shown.giveBack(visitor);
      },
      onListed: (side, listing) => {
        const before = listings.get(side);
        const settled = listing.settled && before?.settled !== false;
        listings.set(side, { side, part, listings: (before?.listings ?? 0) + listing.listings, settled });
      },
    });
    agreed += ledger.agreed;
    digest.addSum(ledger.digest);
    for (const key of ledger.takeOpen()) open.push(key);
    range = nextRange(ledger.range);
    parts.ledgers.giveBack(ledger);
  }
  return {
    agreed,
    digest,
    open,
    scanned: [scanned.first, scanned.second],
    listings: [...listings.values()],
  };
}
