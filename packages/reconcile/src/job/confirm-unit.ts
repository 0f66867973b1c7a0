import { encodeUtf8 } from '@kvtwin/bytes';
import type { PairRead } from '@kvtwin/versioned-value';
import { confirmCandidates } from '../diff/confirm-candidates.js';
import { type DiffClass, diffClasses } from '../diff/diff-class.js';
import { type DigestSum, versionedDigest } from '../diff/digest-sum.js';
import type { KeyDifference } from '../diff/key-difference.js';
import { murmur3x128 } from '../scan/murmur3-128.js';
import type { AttemptParts } from './attempt-parts.js';
import { formatDiffRow } from './diff-row.js';
import { rowKey, rowsOf } from './job-keys.js';
import { jobSeed } from './job-seed.js';
import type { OrderedWrite } from './ordered-store.js';
import type { UnitFindings } from './unit-findings.js';
import type { UnitRecord } from './unit-record.js';

/** Rows are handed on when there are so many, so that a unit in which everything differs is not held in memory. */
const rowsHeld = 1000;

/** What a read of a few keys weighs at least, of one of a whole batch: the calls are some work of their own. */
const leastWeight = 1 / 16;

/** A unit that is read again until every key is in a class: its record, and those of its rows that are not kept yet. */
export interface ConfirmedUnit {
  readonly record: UnitRecord;
  readonly rows: readonly OrderedWrite[];
}

/**
 * Reads the open keys of a unit again until each is in a class. `batchSize`: keys per bulk read.
 * Rows that an earlier attempt left of this unit are taken out first.
 */
export async function confirmUnit(
  parts: AttemptParts,
  unit: number,
  findings: UnitFindings,
  batchSize: () => number,
): Promise<ConfirmedUnit> {
  const { pair, reads, settings, sha256, signal, store } = parts;
  const { digest } = findings;
  const classes = { ...noneOfAny(), agreed: findings.agreed };
  let rows = parts.stale.has(unit) ? await staleRows(parts, unit) : [];
  await confirmCandidates(findings.open[Symbol.iterator](), {
    settings: { ...settings, concurrency: 1 },
    signal,
    pacers: parts.pacers,
    batchSize,
    readMany: (keys) =>
      reads.through(
        () => pair.readMany(keys, { signal, timeoutMs: settings.timeoutMs }),
        signal,
        Math.max(leastWeight, Math.min(1, keys.length / batchSize())),
      ),
    onDifference: async (difference: KeyDifference) => {
      classes[difference.class]++;
      const row = encodeUtf8(await formatDiffRow(difference, unit, sha256));
      digest.add(murmur3x128(row, jobSeed));
      rows.push([rowKey(unit, difference.key), row]);
      if (rows.length < rowsHeld) return;
      const full = rows;
      rows = [];
      await store.write(full);
    },
    onSettled: (key, read) => {
      classes.settled++;
      addSettled(digest, key, read);
    },
    onBatch: () => undefined,
  });
  const { listings, scanned } = findings;
  return { record: { unit, classes, digest: digest.toHex(), scanned, listings }, rows };
}

function noneOfAny(): Record<DiffClass, number> {
  return Object.fromEntries(diffClasses.map((name) => [name, 0])) as Record<DiffClass, number>;
}

async function staleRows({ store }: AttemptParts, unit: number): Promise<OrderedWrite[]> {
  const stale: OrderedWrite[] = [];
  for await (const entries of store.range(...rowsOf(unit))) {
    for (const [key] of entries) stale.push([key, undefined]);
  }
  return stale;
}

/** What agreed after all counts as what agreed at once. */
function addSettled(digest: DigestSum, key: Uint8Array, read: PairRead): void {
  if (read.kind !== 'agreed') return;
  const value = murmur3x128(read.value, jobSeed);
  const content = read.versionsCompared ? versionedDigest(value, read.version.token) : value;
  digest.addEntry(murmur3x128(key, jobSeed), content);
}
