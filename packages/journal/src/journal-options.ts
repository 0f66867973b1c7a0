import { JournalError } from './journal-error.js';

/** How a journal writes, and how much. */
export interface JournalOptions {
  /**
   * A new segment is begun once the current one would pass this. Default 8 MiB: opening reads the last segment, which
   * takes milliseconds at that size, and what is dropped is dropped by whole segments.
   */
  readonly maxSegmentBytes?: number;
  /** Bytes of all segments together; an append past it rejects with `JOURNAL_FULL`. Default 1 GiB. */
  readonly maxTotalBytes?: number;
  /** UTF-8 bytes of one record. Default 1 MiB; at most 256 MiB, which is what readers take. */
  readonly maxRecordBytes?: number;
  /**
   * `always` (default): an append resolves after fdatasync, so what it acknowledged survives a power failure. `os`: it
   * resolves once the operating system has it, so it survives the end of the process, not that of the machine.
   */
  readonly sync?: 'always' | 'os';
}

export type ResolvedJournalOptions = Required<JournalOptions>;

/** The longest record that any reader takes. */
export const longestRecordBytes = 256 * 1024 * 1024;

/** Fills in the defaults and refuses what is out of range with `JOURNAL_INVALID_OPTIONS`. */
export function resolveJournalOptions(options: JournalOptions): ResolvedJournalOptions {
  const resolved: ResolvedJournalOptions = {
    maxSegmentBytes: options.maxSegmentBytes ?? 8 * 1024 * 1024,
    maxTotalBytes: options.maxTotalBytes ?? 1024 * 1024 * 1024,
    maxRecordBytes: options.maxRecordBytes ?? 1024 * 1024,
    sync: options.sync ?? 'always',
  };
  inRange('maxSegmentBytes', resolved.maxSegmentBytes, 64, Number.MAX_SAFE_INTEGER);
  inRange('maxTotalBytes', resolved.maxTotalBytes, 64, Number.MAX_SAFE_INTEGER);
  inRange('maxRecordBytes', resolved.maxRecordBytes, 1, longestRecordBytes);
  if (resolved.sync !== 'always' && resolved.sync !== 'os') {
    throw invalid(`sync must be always or os, not ${JSON.stringify(resolved.sync)}`);
  }
  return resolved;
}

function inRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalid(`${name} must be an integer from ${min} to ${max}, not ${value}`);
}

function invalid(message: string): JournalError {
  return new JournalError('JOURNAL_INVALID_OPTIONS', message);
}
