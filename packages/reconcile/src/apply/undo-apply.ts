import type { Sha256 } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  type Clock,
  systemClock,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { RatePacer } from '../rate-pacer.js';
import { type IntentRecord, parseApplyRecord } from './apply-record.js';
import type { RecordLog } from './record-log.js';
import { type RestoreOutcome, restoreSide } from './restore-side.js';
import { RowSet } from './row-set.js';
import { forEachAtOnce } from './row-workers.js';

/** How {@link undoApply} works. */
export interface UndoOptions extends CallOptions {
  readonly stores: Two<VersionedStore>;
  /** The log of the apply that is undone; only read. */
  readonly applied: Pick<RecordLog, 'read'>;
  /** The undo's own log. Holds the records of earlier attempts too. */
  readonly log: RecordLog;
  /** Rows at once. Default 16. */
  readonly concurrency?: number;
  /** Rows per second, at most. Default: no limit. */
  readonly rps?: number;
  readonly allowUnguarded?: boolean;
  readonly clock?: Clock;
  readonly sha256?: Sha256;
  /** Called after each row. Must not throw. */
  readonly onProgress?: (counts: UndoCounts) => void;
}

/** Writes by how their undoing ended; a row can have two. `earlier`: rows undone by an earlier attempt. */
export type UndoCounts = Readonly<Record<RestoreOutcome | 'earlier', number>>;

const outcomes: readonly (RestoreOutcome | 'earlier')[] = [
  'restored',
  'restored-without-expiration',
  'removed',
  'as-before',
  'changed-since',
  'unguarded',
  'failed',
  'earlier',
];

/**
 * Puts back every side that an apply wrote, from its before-images, under the same guard: a side that no longer holds
 * what the apply wrote is left alone and counted. Also undoes rows whose end the apply never learned. A row that
 * `failed` stays open: calling again with the same log tries it anew.
 */
export async function undoApply(options: UndoOptions): Promise<UndoCounts> {
  const { clock = systemClock, concurrency = 16, stores } = options;
  const signal = options.signal ?? new AbortController().signal;
  const counts = Object.fromEntries(outcomes.map((name) => [name, 0])) as Record<keyof UndoCounts, number>;
  const ended = await rowsUndone(options.log);
  const pacer = new RatePacer(options.rps, clock);
  await forEachAtOnce(intentsOf(options.applied), concurrency, async (intent) => {
    signal.throwIfAborted();
    if (ended.has(intent.row)) {
      counts.earlier++;
      return;
    }
    await pacer.take(1, signal);
    const results: (RestoreOutcome | null)[] = [];
    for (const side of [0, 1] as const) {
      const write = intent.writes[side];
      const { signal: given, timeoutMs, allowUnguarded, sha256 } = options;
      const how = { signal: given, timeoutMs, allowUnguarded, sha256, nowMs: clock.nowMs() };
      results.push(write === null ? null : await restoreSide(stores[side], intent.key, write, how));
    }
    for (const result of results) if (result !== null) counts[result]++;
    if (!results.includes('failed')) {
      await options.log.append(JSON.stringify({ record: 'undone', row: intent.row, results }));
    }
    options.onProgress?.({ ...counts });
  });
  return { ...counts };
}

async function rowsUndone(log: RecordLog): Promise<RowSet> {
  const ended = new RowSet();
  for await (const { text } of log.read()) ended.add((JSON.parse(text) as { row: number }).row);
  return ended;
}

async function* intentsOf(log: Pick<RecordLog, 'read'>): AsyncGenerator<IntentRecord> {
  for await (const { text } of log.read()) {
    const record = parseApplyRecord(text);
    if (record.record === 'intent') yield record;
  }
}
