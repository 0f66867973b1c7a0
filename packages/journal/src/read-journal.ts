import type { JournalRecord } from './read-segment.js';
import { readSegments } from './read-segments.js';
import { listSegments } from './segment-file.js';

/** Which records are read. */
export interface ReadOptions {
  /** First position wanted. Default: the first that is kept; records dropped before it are skipped. */
  readonly from?: number;
}

/**
 * Reads a journal without its lock, also while another process writes to it: what was whole when it was reached. The torn
 * end of a write is left out, and stays. Nothing, where there is no such directory. Rejects with `JOURNAL_CORRUPT` or
 * `JOURNAL_VERSION`.
 */
export async function* readJournal(
  directory: string,
  { from = 0 }: ReadOptions = {},
): AsyncGenerator<JournalRecord> {
  yield* readSegments(await listSegments(directory), { from, mayBeTorn: true });
}
