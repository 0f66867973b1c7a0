import { JournalError } from './journal-error.js';
import { type JournalRecord, readSegment, type SegmentEnd } from './read-segment.js';
import type { SegmentFile } from './segment-file.js';

/** What of a list of segments is read. */
export interface ReadSegmentsOptions {
  /** First position wanted; earlier records are skipped, and so are segments that hold only such. */
  readonly from: number;
  /** First position not wanted. */
  readonly before?: number;
  /** Whether the last segment may end in a write that is not whole; it is left out. */
  readonly mayBeTorn: boolean;
}

/** Reads segments one after the other. Rejects with `JOURNAL_CORRUPT` where one is damaged or missing. */
export async function* readSegments(
  segments: readonly SegmentFile[],
  { from, before = Number.POSITIVE_INFINITY, mayBeTorn }: ReadSegmentsOptions,
): AsyncGenerator<JournalRecord> {
  let expected: number | undefined;
  for (const [at, segment] of segments.entries()) {
    const next = segments[at + 1];
    if (next !== undefined && next.first <= from) continue;
    if (segment.first >= before) return;
    if (expected !== undefined && segment.first !== expected) throw gap(segment, expected);
    const reading = readSegment(segment);
    let step: IteratorResult<JournalRecord[], SegmentEnd>;
    try {
      step = await reading.next();
    } catch (error) {
      // Dropped since the segments were listed: nobody needs it any more.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      expected = undefined;
      continue;
    }
    try {
      for (; step.done !== true; step = await reading.next()) {
        for (const record of step.value) {
          if (record.position >= before) return;
          if (record.position >= from) yield record;
        }
      }
    } finally {
      await reading.return(undefined as never);
    }
    if (!isSound(step.value, next === undefined && mayBeTorn)) throw damaged(segment, step.value);
    expected = segment.first + step.value.records;
  }
}

function isSound(end: SegmentEnd, mayBeTorn: boolean): boolean {
  const whole = end.hasHeader && end.wholeBytes === end.totalBytes;
  return whole || (mayBeTorn && !end.goesOnBehind);
}

/** A damage in a segment, by file and offset. */
export function damaged(segment: SegmentFile, end: SegmentEnd): JournalError {
  const what = end.hasHeader ? `the record at offset ${end.wholeBytes}` : 'the first line';
  return new JournalError(
    'JOURNAL_CORRUPT',
    `${segment.path}: ${what} is damaged, and no torn end of a write; ` +
      `${end.records} records in front of it can be read. Restore the file, or move it and what follows it away`,
    { file: segment.path, offset: end.wholeBytes },
  );
}

function gap(segment: SegmentFile, expected: number): JournalError {
  return new JournalError(
    'JOURNAL_CORRUPT',
    `${segment.path} begins at ${segment.first}, but the segment before it ends before ${expected}: a segment is missing`,
    { file: segment.path, offset: 0 },
  );
}
