import type { Side } from '@kvtwin/versioned-value';
import { DigestSum } from '../diff/digest-sum.js';
import { scanBoth } from '../diff/scan-both.js';
import { type HashRange, nextRange, wholeRange } from '../scan/hash-range.js';
import { PassLedger } from '../scan/pass-ledger.js';
import { shownScan } from '../scan/shown-scan.js';
import type { AttemptParts } from './attempt-parts.js';
import { jobSeed } from './job-seed.js';
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
    const ledger = ledgerOf(parts, range);
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
    open.push(...ledger.takeOpen());
    range = nextRange(ledger.range);
  }
  return {
    agreed,
    digest,
    open,
    scanned: [scanned.first, scanned.second],
    listings: [...listings.values()],
  };
}

function ledgerOf({ settings, toleranceMs }: AttemptParts, range: HashRange): PassLedger {
  return new PassLedger(range, {
    policy: settings.policy,
    expirationToleranceMs: toleranceMs,
    // Units that are scanned at once share what may be taken.
    maxTrackedBytes: Math.ceil(settings.maxTrackedBytes / settings.concurrency),
    seed: jobSeed,
    counted: 'with-digest',
  });
}
