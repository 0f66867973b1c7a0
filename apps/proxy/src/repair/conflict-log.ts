import { join } from 'node:path';
import { encodeBase64 } from '@kvtwin/bytes';
import { Journal, JournalError } from '@kvtwin/journal';
import type { Two } from '@kvtwin/versioned-value';
import type { HeldState, RepairKey } from './repair-intent.js';

/**
 * Why the two sides of a key differ and are left alone. `rejected`: one side took a write and the other refused it.
 * `diverged`: a repair found something on a side that it must not overwrite.
 */
export type ConflictKind = 'rejected' | 'diverged';

/** A key whose sides somebody has to look at. */
export interface Conflict extends RepairKey {
  readonly atMs: number;
  readonly kind: ConflictKind;
  readonly command: string;
  readonly why: string;
  /** What each side holds, as far as it is known. */
  readonly sides: Two<HeldState | undefined>;
}

/** Conflicts kept in memory for those who ask. */
const RECENT = 1000;

/**
 * Conflicts, in a journal of their own where there is a directory. The oldest are given up once they take more than
 * `maxBytes`.
 */
export class ConflictLog {
  readonly #maxBytes: number;
  readonly #onError: (error: unknown) => void;
  readonly #journal: Journal | undefined;
  readonly #recent: Conflict[] = [];
  #count = 0;

  /** Without a directory they are kept in memory only. Rejects with a JournalError. */
  static async open(
    directory: string | undefined,
    maxBytes: number,
    onError: (error: unknown) => void,
  ): Promise<ConflictLog> {
    const journal =
      directory === undefined
        ? undefined
        : await Journal.open(join(directory, 'conflicts'), {
            maxSegmentBytes: Math.max(64, Math.floor(maxBytes / 8)),
            maxTotalBytes: maxBytes * 2,
            maxRecordBytes: 32 * 1024 * 1024,
          });
    return new ConflictLog(journal, maxBytes, onError);
  }

  private constructor(journal: Journal | undefined, maxBytes: number, onError: (error: unknown) => void) {
    this.#journal = journal;
    this.#maxBytes = maxBytes;
    this.#onError = onError;
  }

  /** Conflicts since the start of the process. */
  get count(): number {
    return this.#count;
  }

  /** The last ones, oldest first. */
  recent(): readonly Conflict[] {
    return this.#recent;
  }

  /** Resolves once it is on disk. Never rejects: a log that fails must not fail the write that is told of; it is told to `onError`. */
  async add(conflict: Conflict): Promise<void> {
    this.#count++;
    this.#recent.push(conflict);
    if (this.#recent.length > RECENT) this.#recent.shift();
    const journal = this.#journal;
    if (journal === undefined) return;
    try {
      await journal.append(formatConflict(conflict));
      if (journal.size.bytes > this.#maxBytes)
        await journal.dropBefore(journal.nextPosition - Math.ceil(journal.size.records / 2));
    } catch (error) {
      if (JournalError.is(error) && error.code === 'JOURNAL_CLOSED') return;
      this.#onError(error);
    }
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }
}

/** The line of a conflict; docs/journal.md describes every field. */
export function formatConflict(conflict: Conflict): string {
  const { atMs, kind, pair, type, table, key, command, why, sides } = conflict;
  return JSON.stringify({
    conflict: kind,
    at: new Date(atMs).toISOString(),
    pair,
    type,
    ...(table === '' ? {} : { table }),
    key: encodeBase64(key),
    command,
    why,
    sides: [sides[0] ?? 'unknown', sides[1] ?? 'unknown'],
  });
}
