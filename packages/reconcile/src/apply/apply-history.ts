import type { RepairOutcome } from '@kvtwin/replica-pair';
import { type IntentRecord, parseApplyRecord } from './apply-record.js';
import type { RecordLog } from './record-log.js';
import { RowOutcomes } from './row-outcomes.js';

/** How a row of an apply ends. */
export const repairOutcomes: readonly RepairOutcome[] = [
  'repaired',
  'nothing-to-do',
  'changed-since',
  'unverified',
  'unreadable',
  'nothing-to-take',
  'unguarded',
  'rejected',
  'unknown',
];

/** Outcomes after which a row is not tried again; with any other one the next attempt does. */
const final: ReadonlySet<RepairOutcome> = new Set<RepairOutcome>([
  'repaired',
  'nothing-to-do',
  'changed-since',
  'unverified',
]);

/** What a log says of an apply that was begun before. */
export interface ApplyHistory {
  /** Rows that ended for good. */
  readonly ended: RowOutcomes<RepairOutcome>;
  /** Rows that were begun and did not end: at most as many as were under way at once, and those that failed. */
  readonly open: ReadonlyMap<number, IntentRecord>;
}

/** Whether the next attempt leaves such a row alone. */
export function isFinal(outcome: RepairOutcome): boolean {
  return final.has(outcome);
}

/** Reads the whole log once. */
export async function readApplyHistory(log: RecordLog): Promise<ApplyHistory> {
  const ended = new RowOutcomes<RepairOutcome>(repairOutcomes);
  const open = new Map<number, IntentRecord>();
  for await (const { text } of log.read()) {
    const record = parseApplyRecord(text);
    if (record.record === 'intent') {
      open.set(record.row, record);
    } else if (isFinal(record.outcome)) {
      ended.set(record.row, record.outcome);
      open.delete(record.row);
    }
  }
  return { ended, open };
}
