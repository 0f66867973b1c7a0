export { type AppendOptions, Journal, type JournalSize } from './journal.js';
export { JournalError, type JournalErrorCode, type JournalErrorDetails } from './journal-error.js';
export type { JournalOptions } from './journal-options.js';
export { type ReadOptions, readJournal } from './read-journal.js';
export type { JournalRecord } from './read-segment.js';
