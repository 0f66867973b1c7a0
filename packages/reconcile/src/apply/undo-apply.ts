import {
  type Clock,
  type StoreError,
  systemClock,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { RatePacer } from '../scan/rate-pacer.js';
import { isFinal } from './apply-history.js';
import { type IntentRecord, parseApplyRecord, type WriteEnd } from './apply-record.js';
import type { RecordLog } from './record-log.js';
import { supersededRows } from './repair-recorded.js';
import { type RestoreOutcome, restoreSide } from './restore-side.js';
import { RowOutcomes } from './row-outcomes.js';
import type { RowRunOptions } from './row-run-options.js';
import { forEachAtOnce } from './row-workers.js';
import { SideOutage } from './side-outage.js';

/** How {@link undoApply} works. */
export interface UndoOptions extends RowRunOptions {
  readonly stores: Two<VersionedStore>;
  /** The log of the apply that is undone; only read. `log` is the undo's own. */
  readonly applied: Pick<RecordLog, 'read'>;
  /** The log may have several rows of one key, as `repairRecorded` keeps them; it is read once more then. Default false. */
  readonly repeatsKeys?: boolean;
  /** Called after each row, those of earlier attempts included. Must not throw. */
  readonly onRow?: (end: UndoneRow, counts: UndoCounts) => void;
}

/** How a row was undone. */
export interface UndoneRow {
  readonly key: Uint8Array;
  /** Of each side; `null`: the apply did not write it. */
  readonly results: Two<RestoreOutcome | null>;
}

/**
 * Writes by how their undoing ended, over all attempts; a row can have two. `earlier`: rows that an earlier attempt
 * ended with, whose writes are counted by their outcome too.
 */
export type UndoCounts = Readonly<Record<RestoreOutcome | 'earlier', number>>;

const outcomes: readonly RestoreOutcome[] = [
  'restored',
  'restored-without-expiration',
  'removed',
  'as-before',
  'changed-since',
  'unguarded',
  'failed',
];

const defaultConcurrency = 16;

/**
 * Puts back every side that an apply wrote, from its before-images, under the same guard: a side that no longer holds
 * what the apply wrote is left alone and counted. Also undoes rows whose end the apply never learned. Versions do not
 * come back: a store counts, or draws, its own.
 *
 * A row that `failed` stays open: calling again with the same log tries it anew. Rejects where a log cannot be read or
 * written; when the signal fires, once the rows under way have ended; and with the side's error where it is gone.
 */
export async function undoApply(options: UndoOptions): Promise<UndoCounts> {
  return new Undo(options, await readUndone(options.log)).run();
}

class Undo {
  readonly #options: UndoOptions;
  readonly #ended: Two<RowOutcomes<RestoreOutcome>>;
  readonly #clock: Clock;
  readonly #pacer: RatePacer;
  readonly #signal: AbortSignal;
  readonly #outage: SideOutage;
  readonly #counts = Object.fromEntries([...outcomes, 'earlier'].map((name) => [name, 0])) as Record<
    keyof UndoCounts,
    number
  >;

  constructor(options: UndoOptions, ended: Two<RowOutcomes<RestoreOutcome>>) {
    const {
      clock = systemClock,
      concurrency = defaultConcurrency,
      failuresInARow = 2 * concurrency,
    } = options;
    this.#options = options;
    this.#ended = ended;
    this.#clock = clock;
    this.#pacer = new RatePacer(options.rps, clock);
    this.#signal = options.signal ?? new AbortController().signal;
    this.#outage = new SideOutage(failuresInARow, 'undo');
  }

  async run(): Promise<UndoCounts> {
    const { applied, concurrency = defaultConcurrency, onRow, repeatsKeys = false } = this.#options;
    const superseded = repeatsKeys ? await supersededRows(applied) : new Set<number>();
    await forEachAtOnce(writtenRows(applied, superseded), concurrency, async (written) => {
      this.#signal.throwIfAborted();
      const results = await this.#row(written);
      for (const result of results) if (result !== null) this.#counts[result]++;
      onRow?.({ key: written.intent.key, results }, { ...this.#counts });
    });
    return { ...this.#counts };
  }

  async #row(written: WrittenRow): Promise<UndoneRow['results']> {
    const { row } = written.intent;
    const before: UndoneRow['results'] = [this.#ended[0].get(row) ?? null, this.#ended[1].get(row) ?? null];
    if (before.some((result) => result !== null)) {
      this.#counts.earlier++;
      return before;
    }
    await this.#pacer.take(1, this.#signal);
    const first = await this.#side(0, written);
    const second = await this.#side(1, written);
    const results: UndoneRow['results'] = [first?.outcome ?? null, second?.outcome ?? null];
    const tryAgain = results.includes('failed') || results.includes('unguarded');
    if (!tryAgain) await this.#options.log.append(JSON.stringify({ record: 'undone', row, results }));
    this.#outage.take(first?.error ?? second?.error);
    return results;
  }

  async #side(
    at: 0 | 1,
    { intent, ends }: WrittenRow,
  ): Promise<{ readonly outcome: RestoreOutcome; readonly error?: StoreError } | undefined> {
    const write = intent.writes[at];
    if (write === null) return undefined;
    const end = ends?.[at] ?? undefined;
    if (end?.wrote === false) return { outcome: 'as-before' };
    const { allowUnguarded, sha256, stores, timeoutMs } = this.#options;
    const how = {
      allowUnguarded,
      sha256,
      timeoutMs,
      clock: this.#clock,
      version: end?.version ?? undefined,
    };
    return restoreSide(stores[at], intent.key, write, how);
  }
}

async function readUndone(log: RecordLog): Promise<Two<RowOutcomes<RestoreOutcome>>> {
  const ended = [new RowOutcomes(outcomes), new RowOutcomes(outcomes)] as const;
  for await (const { text } of log.read()) {
    const { row, results } = JSON.parse(text) as { row: number; results: UndoneRow['results'] };
    for (const at of [0, 1] as const) {
      const result = results[at];
      if (result !== null) ended[at].set(row, result);
    }
  }
  return ended;
}

/** A row that an apply began, with how its writes ended where that is known. */
interface WrittenRow {
  readonly intent: IntentRecord;
  readonly ends: Two<WriteEnd | null> | undefined;
}

/** Holds the intents until their outcomes come: as many as were under way at once, and those that never ended. */
async function* writtenRows(
  log: Pick<RecordLog, 'read'>,
  superseded: ReadonlySet<number>,
): AsyncGenerator<WrittenRow> {
  const open = new Map<number, IntentRecord>();
  for await (const { text } of log.read()) {
    const record = parseApplyRecord(text);
    if (superseded.has(record.row)) continue;
    if (record.record === 'intent') {
      open.set(record.row, record);
      continue;
    }
    const intent = open.get(record.row);
    // After an attempt that failed a later one may have written all the same.
    if (intent === undefined || !isFinal(record.outcome)) continue;
    open.delete(record.row);
    yield { intent, ends: record.sides };
  }
  for (const intent of open.values()) yield { intent, ends: undefined };
}
