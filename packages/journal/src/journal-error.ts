/**
 * Why a journal cannot do what it was asked. Match on `code`:
 * - `JOURNAL_LOCKED`: another process (or another journal of this one) writes to the directory.
 * - `JOURNAL_CORRUPT`: something other than the end of the last segment is damaged; `file` and `offset` say where.
 * - `JOURNAL_VERSION`: a segment has a format version that this release does not know.
 * - `JOURNAL_FULL`: the append would pass `maxTotalBytes`. Nothing was written; drop what is no longer needed.
 * - `JOURNAL_INVALID_RECORD`: a text with a line feed or a lone surrogate, or longer than `maxRecordBytes`.
 * - `JOURNAL_INVALID_OPTIONS`: an option is out of its range.
 * - `JOURNAL_FAILED`: a write or a sync failed (`cause`: disk full, I/O error). Whether the records of that append are on
 *   disk is not known, and the journal takes nothing more until it is opened again.
 * - `JOURNAL_CLOSED`: it was closed.
 */
export type JournalErrorCode =
  | 'JOURNAL_LOCKED'
  | 'JOURNAL_CORRUPT'
  | 'JOURNAL_VERSION'
  | 'JOURNAL_FULL'
  | 'JOURNAL_INVALID_RECORD'
  | 'JOURNAL_INVALID_OPTIONS'
  | 'JOURNAL_FAILED'
  | 'JOURNAL_CLOSED';

/** Structured context of a {@link JournalError}. */
export interface JournalErrorDetails {
  /** The segment, or the lock file. */
  readonly file?: string;
  /** Byte offset in `file`. */
  readonly offset?: number;
  readonly cause?: unknown;
}

const brand = Symbol.for('@kvtwin/journal/JournalError');

/** The one error type of this package. What the file system throws while a journal is opened comes through as it is. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;
  readonly file: string | undefined;
  readonly offset: number | undefined;

  constructor(code: JournalErrorCode, message: string, details: JournalErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'JournalError';
    this.code = code;
    this.file = details.file;
    this.offset = details.offset;
    Object.defineProperty(this, brand, { value: true, enumerable: false });
  }

  /** Recognises a JournalError, also one made by another copy of this package. */
  static is(value: unknown): value is JournalError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}
