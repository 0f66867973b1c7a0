import { type ReplicaPairStore, type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import type { CallOptions, PairRead, SideRead, Two } from '@kvtwin/versioned-value';
import { type DiffClass, diffClassOf } from '../diff-class.js';
import { decideTake } from './decide-take.js';
import type { PlanRow } from './plan-row.js';
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
}

/**
 * Reads each key again on both sides and has the rules decide: nothing is written. A key that no longer differs, or
 * differs in another way than it was reported, is left out or planned as what it is now; a key that cannot be read is
 * planned as `skip`.
 */
export async function* makePlan(
  pair: ReplicaPairStore,
  differences: AsyncIterable<PlanSource> | Iterable<PlanSource>,
  rules: readonly PlanRule[],
  { batchSize = 256, sha256, ...call }: PlanOptions = {},
): AsyncGenerator<PlanRow, void, undefined> {
  for await (const batch of inBatches(differences, batchSize)) {
    const reads = await pair.readMany(batch, call);
    for (const [at, key] of batch.entries()) {
      const read = reads[at] as PairRead;
      const name = diffClassOf(read);
      if (name === 'agreed') continue;
      const hashes: Two<string | null> = [
        await hashOf(read.sides[0], sha256),
        await hashOf(read.sides[1], sha256),
      ];
      const decision =
        name === 'unreadable'
          ? ({ take: 'skip', why: 'a side could not be read' } as const)
          : decideTake(rules, { key, class: name, read });
      yield { key, class: name, ...decision, hashes };
    }
  }
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
