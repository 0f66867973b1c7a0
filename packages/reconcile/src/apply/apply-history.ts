import { type IntentRecord, parseApplyRecord } from './apply-record.js';
import type { RecordLog } from './record-log.js';
import { RowSet } from './row-set.js';

/** What a log says of an apply that was begun before. */
export interface ApplyHistory {
  /** Rows with an outcome. */
  readonly ended: RowSet;
  /** Rows that were begun and have no outcome: at most as many as were under way at once. */
  readonly open: ReadonlyMap<number, IntentRecord>;
}

/** Reads the whole log once. */
export async function readApplyHistory(log: RecordLog): Promise<ApplyHistory> {
  const ended = new RowSet();
  const open = new Map<number, IntentRecord>();
  for await (const { text } of log.read()) {
    const record = parseApplyRecord(text);
    if (record.record === 'intent') {
      open.set(record.row, record);
    } else {
      ended.add(record.row);
      open.delete(record.row);
    }
  }
  return { ended, open };
}
