import {
  type RepairIntent,
  type RepairOutcome,
  type RepairRequest,
  type ReplicaPairStore,
  type Sha256,
  sha256Hex,
} from '@kvtwin/replica-pair';
import { type CallOptions, type Clock, type SideRead, systemClock, type Two } from '@kvtwin/versioned-value';
import type { PlanRow } from '../plan/plan-row.js';
import { RatePacer } from '../rate-pacer.js';
import { type ApplyHistory, readApplyHistory } from './apply-history.js';
import { formatApplyRecord, type IntendedWrite, type IntentRecord } from './apply-record.js';
import { beforeImageOf } from './before-image.js';
import type { RecordLog } from './record-log.js';
import { forEachAtOnce } from './row-workers.js';

/** How {@link applyPlan} works. */
export interface ApplyOptions extends CallOptions {
  readonly pair: ReplicaPairStore;
  /** In the order of the plan; a resumed apply must be given the same ones. */
  readonly rows: AsyncIterable<PlanRow> | Iterable<PlanRow>;
  /** Holds the records of earlier attempts too: what they did is not done again. */
  readonly log: RecordLog;
  /** Rows at once. Default 16: the log syncs the intents of many together. */
  readonly concurrency?: number;
  /** Rows per second, at most. Default: no limit. */
  readonly rps?: number;
  /** Writes also to a store without compare-and-set. Default false: such rows end as `unguarded`. */
  readonly allowUnguarded?: boolean;
  readonly clock?: Clock;
  readonly sha256?: Sha256;
  /** Called after each row. Must not throw. */
  readonly onProgress?: (counts: ApplyCounts) => void;
}

/** Rows by how they ended. `skip`: the plan says so. `earlier`: ended in an earlier attempt. */
export type ApplyCounts = Readonly<Record<RepairOutcome | 'skip' | 'undecided' | 'earlier', number>>;

/**
 * Makes the sides what the plan says, row by row, each only while both sides still are what the plan saw (by SHA-256)
 * and with the store's compare-and-set. What has changed since is left alone and counted.
 *
 * ```
 *   read both sides → as planned? → intent with before-images synced → write → outcome synced
 * ```
 *
 * A row that was begun by an attempt that ended in between is resolved by reading: a side that already holds the new
 * value is not written again. Rejects where the log cannot be written, and when the signal fires; calling again with
 * the same log goes on.
 */
export async function applyPlan(options: ApplyOptions): Promise<ApplyCounts> {
  return new Apply(options, await readApplyHistory(options.log)).run();
}

const outcomes: readonly (keyof ApplyCounts)[] = [
  'repaired',
  'nothing-to-do',
  'changed-since',
  'unreadable',
  'nothing-to-take',
  'unguarded',
  'rejected',
  'unknown',
  'unverified',
  'skip',
  'undecided',
  'earlier',
];

class Apply {
  readonly #options: ApplyOptions;
  readonly #history: ApplyHistory;
  readonly #pacer: RatePacer;
  readonly #signal: AbortSignal;
  readonly #counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<
    keyof ApplyCounts,
    number
  >;

  constructor(options: ApplyOptions, history: ApplyHistory) {
    this.#options = options;
    this.#history = history;
    this.#pacer = new RatePacer(options.rps, options.clock ?? systemClock);
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async run(): Promise<ApplyCounts> {
    await forEachAtOnce(numbered(this.#options.rows), this.#options.concurrency ?? 16, async ([at, row]) => {
      this.#signal.throwIfAborted();
      this.#counts[await this.#apply(at, row)]++;
      this.#options.onProgress?.({ ...this.#counts });
    });
    return { ...this.#counts };
  }

  async #apply(at: number, row: PlanRow): Promise<keyof ApplyCounts> {
    if (this.#history.ended.has(at)) return 'earlier';
    if (row.take === 'skip' || row.take === 'undecided') return row.take;
    await this.#pacer.take(1, this.#signal);
    const begun = this.#history.open.get(at);
    let outcome = begun === undefined ? await this.#begin(at, row, row.take) : await this.#resolve(begun);
    // Nobody knows whether such a write happened: a look at the side tells.
    if (typeof outcome === 'object') outcome = await this.#resolve(outcome);
    // Open rows stay open: the next attempt looks again.
    if (outcome !== 'unknown') {
      await this.#options.log.append(formatApplyRecord({ record: 'outcome', row: at, outcome }));
    }
    return outcome;
  }

  /** Ends with an outcome, or with the intent whose write was not answered. */
  async #begin(
    at: number,
    { key, hashes }: PlanRow,
    take: IntentRecord['take'],
  ): Promise<RepairOutcome | IntentRecord> {
    let kept: IntentRecord | undefined;
    const beforeWrite = async ({ before, writes }: RepairIntent): Promise<void> => {
      const intended = async (side: 0 | 1): Promise<IntendedWrite | null> =>
        writes[side].action === 'none'
          ? null
          : {
              before: beforeImageOf(before.sides[side]),
              beforeSha256: await this.#hashOf(before.sides[side]),
              afterSha256: afterHash(take, hashes),
            };
      kept = {
        record: 'intent',
        row: at,
        key,
        take,
        hashes,
        writes: [await intended(0), await intended(1)],
      };
      await this.#options.log.append(formatApplyRecord(kept));
    };
    const { outcome } = await this.#repair(key, { take, ifHashes: hashes, beforeWrite });
    return outcome === 'unknown' && kept !== undefined ? kept : outcome;
  }

  /** A row whose end is not known: what the sides hold now tells how far it came; what is missing is done. */
  async #resolve(intent: IntentRecord): Promise<RepairOutcome> {
    const { key, take, hashes, writes } = intent;
    const { signal, timeoutMs } = this.#options;
    const read = await this.#options.pair.read(key, { signal, timeoutMs });
    if (read.kind === 'unreadable') return 'unknown';
    const now: Two<string | null> = [await this.#hashOf(read.sides[0]), await this.#hashOf(read.sides[1])];
    let missing = false;
    for (const side of [0, 1] as const) {
      const write = writes[side];
      if (now[side] === (write === null ? hashes[side] : write.afterSha256)) continue;
      if (write === null || now[side] !== write.beforeSha256) return 'changed-since';
      missing = true;
    }
    if (!missing) return 'repaired';
    return (await this.#repair(key, { take, ifHashes: now })).outcome;
  }

  #repair(key: Uint8Array, request: RepairRequest) {
    const { allowUnguarded, pair, signal, timeoutMs } = this.#options;
    return pair.repair(key, { ...request, allowUnguarded, signal, timeoutMs });
  }

  async #hashOf(side: SideRead): Promise<string | null> {
    return side.state === 'present' ? sha256Hex(side.entry.value, this.#options.sha256) : null;
  }
}

function afterHash(take: IntentRecord['take'], hashes: Two<string | null>): string | null {
  return take === 'removal' ? null : hashes[take === 'first' ? 0 : 1];
}

async function* numbered<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<[number, T]> {
  let at = 0;
  for await (const item of items) yield [at++, item];
}
