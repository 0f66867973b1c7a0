import { type ReplicaPairStore, type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import type { CallOptions, PairRead, SideRead, Two } from '@kvtwin/versioned-value';
import { type DiffClass, diffClassOf } from '../diff/diff-class.js';
import { decideTake } from './decide-take.js';
import { expiryText, type PlanRow } from './plan-row.js';
import type { PlanRule } from './plan-rule.js';

/** What a plan is made of. */
export interface PlanSource {
  readonly key: Uint8Array;
  readonly class: DiffClass;
}

/** How {@link makePlan} reads. */
export interface PlanOptions extends CallOptions {
  /** Keys per bulk read. Default 256. */
  readonly batchSize?: number;
  readonly sha256?: Sha256;
  /** Called after each bulk read. Must not throw. */
  readonly onProgress?: (progress: PlanProgress) => void;
}

/** How far a plan is. */
export interface PlanProgress {
  /** Differences read again. */
  readonly read: number;
  /** Of them, those that agree by now and are not in the plan. */
  readonly agreed: number;
}

/**
 * Reads each key again on both sides and has the rules decide: nothing is written. A key that no longer differs, or
 * differs in another way than it was reported, is left out or planned as what it is now; a key that cannot be read is
 * `undecided`. The rows come in the order of the differences: the same data and rules give the same plan.
 */
export async function* makePlan(
  pair: ReplicaPairStore,
  differences: AsyncIterable<PlanSource> | Iterable<PlanSource>,
  rules: readonly PlanRule[],
  { batchSize = 256, sha256, onProgress, ...call }: PlanOptions = {},
): AsyncGenerator<PlanRow, void, undefined> {
  let read = 0;
  let agreed = 0;
  for await (const batch of inBatches(differences, batchSize)) {
    const reads = await pair.readMany(batch, call);
    for (const [at, key] of batch.entries()) {
      const row = await rowOf(key, reads[at] as PairRead, rules, sha256);
      if (row === undefined) agreed++;
      else yield row;
    }
    read += batch.length;
    onProgress?.({ read, agreed });
  }
}

async function rowOf(
  key: Uint8Array,
  read: PairRead,
  rules: readonly PlanRule[],
  sha256: Sha256 | undefined,
): Promise<PlanRow | undefined> {
  const name = diffClassOf(read);
  if (name === 'agreed') return undefined;
  const hashes: Two<string | null> = [
    await hashOf(read.sides[0], sha256),
    await hashOf(read.sides[1], sha256),
  ];
  const decision =
    name === 'unreadable'
      ? ({ take: 'undecided', why: 'a side could not be read' } as const)
      : decideTake(rules, { key, class: name, read });
  const row = { key, class: name, ...decision, hashes };
  if (name !== 'expiry-skew') return row;
  return { ...row, expires: [expiryText(read.sides[0]), expiryText(read.sides[1])] };
}

async function* inBatches(
  differences: AsyncIterable<PlanSource> | Iterable<PlanSource>,
  size: number,
): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  for await (const { key } of differences) {
    batch.push(key);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function hashOf(side: SideRead, sha256: Sha256 | undefined): Promise<string | null> {
  return side.state === 'present' ? sha256Hex(side.entry.value, sha256) : null;
}
