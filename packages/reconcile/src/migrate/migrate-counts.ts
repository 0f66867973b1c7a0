import type { KeyRecord } from './key-record.js';
import { type SkipReason, skipReasons } from './skip-reason.js';

/** Keys of one place by what became of them: `source = copied + held + skipped`. */
export interface MigrateCounts {
  readonly source: number;
  readonly copied: number;
  readonly held: number;
  readonly skipped: number;
  readonly reasons: Readonly<Partial<Record<SkipReason, number>>>;
  /** Copied keys of which the source does not tell when they expire. */
  readonly unknownExpiration: number;
  /** Those among them to which the mapping gave no lifespan, so that they stay for ever. */
  readonly unlimited: number;
  /** Copied keys whose lifespan or max-idle the target cannot keep. */
  readonly expirationCut: number;
}

export const noCounts: MigrateCounts = {
  source: 0,
  copied: 0,
  held: 0,
  skipped: 0,
  reasons: {},
  unknownExpiration: 0,
  unlimited: 0,
  expirationCut: 0,
};

/** What a key counts as. */
export type Counted = Pick<
  KeyRecord,
  'outcome' | 'reason' | 'unknownExpiration' | 'mappedLifespan' | 'expirationCut'
>;

/** Counts with one key less or more; a key that is `open` counts for nothing. */
export function withKey(counts: MigrateCounts, key: Counted | undefined, by: 1 | -1): MigrateCounts {
  if (key === undefined || key.outcome === 'open') return counts;
  const { outcome, reason, unknownExpiration, mappedLifespan, expirationCut } = key;
  const copied = outcome === 'copied';
  const unknown = copied && unknownExpiration ? by : 0;
  return {
    ...counts,
    source: counts.source + by,
    [outcome]: counts[outcome] + by,
    reasons: reason === undefined ? counts.reasons : withReason(counts.reasons, reason, by),
    unknownExpiration: counts.unknownExpiration + unknown,
    unlimited: counts.unlimited + (mappedLifespan ? 0 : unknown),
    expirationCut: counts.expirationCut + (copied && expirationCut ? by : 0),
  };
}

/** All counts together. */
export function sumCounts(all: Iterable<MigrateCounts>): MigrateCounts {
  let sum = noCounts;
  for (const counts of all) {
    let { reasons } = sum;
    for (const reason of skipReasons) reasons = withReason(reasons, reason, counts.reasons[reason] ?? 0);
    sum = {
      source: sum.source + counts.source,
      copied: sum.copied + counts.copied,
      held: sum.held + counts.held,
      skipped: sum.skipped + counts.skipped,
      reasons,
      unknownExpiration: sum.unknownExpiration + counts.unknownExpiration,
      unlimited: sum.unlimited + counts.unlimited,
      expirationCut: sum.expirationCut + counts.expirationCut,
    };
  }
  return sum;
}

function withReason(
  reasons: MigrateCounts['reasons'],
  reason: SkipReason,
  by: number,
): MigrateCounts['reasons'] {
  const count = (reasons[reason] ?? 0) + by;
  const { [reason]: _, ...others } = reasons;
  return count === 0 ? others : { ...others, [reason]: count };
}
