import type { RepairIntent, RepairOutcome, RepairRequest, RepairResult } from '@kvtwin/replica-pair';
import { type PairRead, type StoreError, systemClock, type Two } from '@kvtwin/versioned-value';
import { expiryText, type PlanRow, sameExpiryText } from '../plan/plan-row.js';
import { RatePacer } from '../scan/rate-pacer.js';
import { type ApplyHistory, isFinal, readApplyHistory } from './apply-history.js';
import { type ApplyCounts, type ApplyOptions, noApplyCounts, type RowEnd } from './apply-options.js';
import { type AppliedTake, formatApplyRecord, type IntentRecord, type WriteEnd } from './apply-record.js';
import { endsOf, hashesOf, intendedWrites, isOpen } from './intended-writes.js';
import { forEachAtOnce } from './row-workers.js';
import { errorOf, SideOutage } from './side-outage.js';

/**
 * Makes the sides what the plan says, row by row, each only while both sides still are what the plan saw (by SHA-256)
 * and with the store's compare-and-set. What has changed since is left alone and counted.
 *
 * ```
 *   read both sides → as planned? → intent with before-images synced → write → read → outcome synced
 * ```
 *
 * A row that was begun by an attempt that ended in between is resolved by reading: a side that already holds the new
 * value is not written again. What a side did not answer or refused is tried again by the next attempt.
 *
 * Rejects where the log cannot be written; when the signal fires, once the rows under way have ended; and with the
 * side's `STORE_UNREACHABLE`, `STORE_TIMEOUT` or `STORE_AUTH` where it is gone for `failuresInARow` rows. Calling again
 * with the same log goes on.
 */
export async function applyPlan(options: ApplyOptions): Promise<ApplyCounts> {
  return new Apply(options, await readApplyHistory(options.log)).run();
}

/** How an attempt at a row went. */
interface Attempt {
  readonly outcome: RepairOutcome;
  readonly sides?: Two<WriteEnd | null>;
  readonly error?: StoreError | undefined;
  /** Written without the expiration of what was taken. */
  readonly lostExpiration?: boolean;
}

/** Stops a repair before it writes. */
const changedSince = new Error('the row has changed since it was planned');

const defaultConcurrency = 16;

class Apply {
  readonly #options: ApplyOptions;
  readonly #history: ApplyHistory;
  readonly #pacer: RatePacer;
  readonly #signal: AbortSignal;
  readonly #outage: SideOutage;
  readonly #counts = noApplyCounts();

  constructor(options: ApplyOptions, history: ApplyHistory) {
    this.#options = options;
    this.#history = history;
    this.#pacer = new RatePacer(options.rps, options.clock ?? systemClock);
    this.#signal = options.signal ?? new AbortController().signal;
    const { concurrency = defaultConcurrency, failuresInARow = 2 * concurrency } = options;
    this.#outage = new SideOutage(failuresInARow, 'apply');
  }

  async run(): Promise<ApplyCounts> {
    const { concurrency = defaultConcurrency, onRow, rows } = this.#options;
    await forEachAtOnce(numbered(rows), concurrency, async ([number, row]) => {
      this.#signal.throwIfAborted();
      const outcome = await this.#row(number, row);
      this.#counts[outcome]++;
      onRow?.({ number, row, outcome }, { ...this.#counts });
    });
    return { ...this.#counts };
  }

  async #row(number: number, row: PlanRow): Promise<RowEnd['outcome']> {
    if (row.take === 'skip' || row.take === 'undecided') return row.take;
    const before = this.#history.ended.get(number);
    if (before !== undefined) {
      this.#counts.earlier++;
      return before;
    }
    await this.#pacer.take(1, this.#signal);
    const begun = this.#history.open.get(number);
    const { outcome, sides, error, lostExpiration } =
      begun === undefined
        ? await this.#begin(number, row, row.take)
        : await this.#resolve(begun, row, row.take);
    const record = { record: 'outcome', row: number, outcome } as const;
    await this.#options.log.append(formatApplyRecord(sides === undefined ? record : { ...record, sides }));
    if (lostExpiration === true && outcome === 'repaired') this.#counts['without-expiration']++;
    this.#outage.take(isFinal(outcome) ? undefined : error);
    return outcome;
  }

  async #begin(number: number, row: PlanRow, take: AppliedTake): Promise<Attempt> {
    const { key, hashes } = row;
    const begun: { intent?: IntentRecord } = {};
    const beforeWrite = async (intent: RepairIntent): Promise<void> => {
      if (expiresOtherwise(row, intent.before)) throw changedSince;
      const writes = await intendedWrites(intent, afterHash(take, hashes), this.#options.sha256);
      begun.intent = { record: 'intent', row: number, key, take, hashes, writes };
      await this.#options.log.append(formatApplyRecord(begun.intent));
    };
    const result = await this.#repair(row, { take, ifHashes: hashes, beforeWrite }).catch(
      (error: unknown) => {
        if (error !== changedSince) throw error;
        return undefined;
      },
    );
    if (result === undefined) return { outcome: 'changed-since' };
    const { intent } = begun;
    // Nobody knows whether such a write happened, or what became of it: a look at the sides tells.
    if (intent !== undefined && isOpen(result)) return this.#resolve(intent, row, take);
    if (result.outcome !== 'changed-since') return attemptOf(result, intent);
    const wanted = afterHash(take, hashes);
    if (isSo(result.hashes, wanted)) return { outcome: 'nothing-to-do' };
    // Sites that back each other up do to the other side what was just done to the first one.
    const reached = await this.#holdsBoth(result.after, wanted);
    return { ...attemptOf(result, intent), ...(reached ? { outcome: 'repaired' } : {}) };
  }

  /** A row whose end is not known: what the sides hold now tells how far it came; what is missing is done. */
  async #resolve(intent: IntentRecord, row: PlanRow, take: AppliedTake): Promise<Attempt> {
    const { key, hashes, writes } = intent;
    const read = await this.#options.pair.read(key, { timeoutMs: this.#options.timeoutMs });
    if (read.kind === 'unreadable') return { outcome: 'unknown', error: errorOf(read.sides) };
    const now = await hashesOf(read.sides, this.#options.sha256);
    for (const side of [0, 1] as const) {
      const write = writes[side];
      const expected = write === null ? [hashes[side]] : [write.beforeSha256, write.afterSha256];
      if (!expected.includes(now[side])) return { outcome: 'changed-since' };
    }
    const result = await this.#repair(row, { take, ifHashes: now });
    const { outcome, ...rest } = attemptOf(result, intent);
    if (outcome === 'nothing-to-do')
      return { outcome: 'repaired', sides: endsOf(result, result.before, intent) };
    // The write that was not answered may have arrived only now, before ours.
    if (outcome === 'changed-since' && (await this.#holdsBoth(result.after, afterHash(take, hashes)))) {
      return { outcome: 'repaired', ...rest };
    }
    // A write that did not happen now may have happened before: only what stands there tells.
    const sides = rest.sides?.map((side) => (side?.wrote === true ? side : null)) as Attempt['sides'];
    return {
      ...rest,
      outcome: isOpen(result) ? 'unknown' : outcome,
      ...(sides === undefined ? {} : { sides }),
    };
  }

  /** The signal is not passed on: what is under way ends, so that it is known how. Each call has its time limit. */
  #repair(row: PlanRow, request: RepairRequest): Promise<RepairResult> {
    const { allowUnguarded, pair, timeoutMs } = this.#options;
    const align = { versions: true, expirations: row.class === 'expiry-skew' };
    return pair.repair(row.key, { ...request, align, allowUnguarded, timeoutMs });
  }

  async #holdsBoth(read: PairRead | undefined, wanted: string | null): Promise<boolean> {
    if (read === undefined || read.kind === 'unreadable') return false;
    return isSo(await hashesOf(read.sides, this.#options.sha256), wanted);
  }
}

function attemptOf(result: RepairResult, intent: IntentRecord | undefined): Attempt {
  const { after, before, outcome, writes } = result;
  const lost = writes.some(({ expiration }) => expiration === 'not-told' || expiration === 'not-supported');
  return {
    outcome,
    error: errorOf([...before.sides, ...(after?.sides ?? []), ...writes.map((write) => write.result)]),
    lostExpiration: lost,
    ...(intent === undefined || after === undefined ? {} : { sides: endsOf(result, after, intent) }),
  };
}

function afterHash(take: AppliedTake, hashes: Two<string | null>): string | null {
  return take === 'removal' ? null : hashes[take === 'first' ? 0 : 1];
}

/** Whether both sides are already what the row wants. */
function isSo(now: Two<string | null>, wanted: string | null): boolean {
  return now[0] === wanted && now[1] === wanted;
}

/** An expiry-skew has the same hashes on both sides: there the expirations are what must be as planned. */
function expiresOtherwise({ expires }: PlanRow, now: PairRead): boolean {
  return expires?.some((text, at) => !sameExpiryText(text, expiryText(now.sides[at as 0 | 1]))) === true;
}

async function* numbered<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<[number, T]> {
  let at = 0;
  for await (const item of items) yield [at++, item];
}
