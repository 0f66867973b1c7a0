import { type FileHandle, mkdir, unlink } from 'node:fs/promises';
import { dirname, resolve as resolvePath } from 'node:path';
import { DirectoryLock } from './directory-lock.js';
import { JournalError } from './journal-error.js';
import {
  type JournalOptions,
  type ResolvedJournalOptions,
  resolveJournalOptions,
} from './journal-options.js';
import { createSegment, type OpenedSegments, openSegments, type WrittenSegment } from './open-segments.js';
import type { ReadOptions } from './read-journal.js';
import type { JournalRecord } from './read-segment.js';
import { readSegments } from './read-segments.js';
import { recordLineBytes, writeRecordLine } from './record-line.js';
import { syncDirectory } from './segment-file.js';

/** Bytes written and synced at once, if more are waiting; a larger record goes alone. */
const BATCH_BYTES = 1024 * 1024;

/** How one append is written. */
export interface AppendOptions {
  /** Default: the journal's own. What is synced takes everything before it along. */
  readonly sync?: 'always' | 'os';
}

/** What a journal takes on disk. */
export interface JournalSize {
  readonly segments: number;
  readonly bytes: number;
  /** From the first record kept to the last one acknowledged. */
  readonly records: number;
}

/** Texts waiting to be written, with their UTF-8 lengths. */
interface Append {
  readonly texts: readonly string[];
  readonly bytes: number;
  readonly sync: boolean;
  readonly resolve: (position: number) => void;
  readonly reject: (error: JournalError) => void;
}

/**
 * An append-only log of texts in a directory, written by one process. Appends that wait at the same time are written and
 * synced together.
 */
export class Journal {
  readonly directory: string;
  /** Bytes of a torn write at the end, which opening took away. They had never been acknowledged. */
  readonly repairedBytes: number;
  readonly #options: ResolvedJournalOptions;
  readonly #segments: WrittenSegment[];
  #lock: DirectoryLock | undefined;
  #handle: FileHandle;
  #next: number;
  #queue: Append[] = [];
  #queuedBytes = 0;
  #flushing: Promise<void> | undefined;
  /** Whether the operating system has something that was not synced. */
  #unsynced = false;
  #failure: JournalError | undefined;
  #closing: Promise<void> | undefined;

  private constructor(directory: string, options: ResolvedJournalOptions, opened: OpenedSegments) {
    this.directory = directory;
    this.#options = options;
    this.#segments = opened.segments;
    this.#handle = opened.handle;
    this.#next = opened.next;
    this.repairedBytes = opened.repairedBytes;
  }

  /**
   * Opens the journal of a directory, which is made if it is not there, and takes its lock. A lock left by a process that
   * is gone is taken over. The torn end of a write is cut off; {@link repairedBytes} tells how much that was.
   *
   * Rejects with `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`, `JOURNAL_VERSION`, `JOURNAL_INVALID_OPTIONS`, or what the file system throws.
   */
  static async open(directory: string, options: JournalOptions = {}): Promise<Journal> {
    const resolved = resolveJournalOptions(options);
    const path = resolvePath(directory);
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(dirname(made));
    let journal: Journal | undefined;
    const lock = await DirectoryLock.acquire(path, () => journal?.fail(new Error('the lock was taken away')));
    try {
      journal = new Journal(path, resolved, await openSegments(path));
      journal.#lock = lock;
      return journal;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Position of the first record that is kept; that of the next append where none is. */
  get firstPosition(): number {
    return this.#segments[0]!.first;
  }

  /** Position that the next record acknowledged will have. */
  get nextPosition(): number {
    return this.#next;
  }

  get size(): JournalSize {
    return {
      segments: this.#segments.length,
      bytes: this.#totalBytes(),
      records: this.#next - this.firstPosition,
    };
  }

  /** Why it takes nothing more; undefined while it does. */
  get failure(): JournalError | undefined {
    return this.#failure;
  }

  /**
   * Writes one text, or several one behind the other, and resolves with the position of the last once they are on disk.
   * Appends keep their order. After a crash either none, some of the first or all texts of an append that had not resolved
   * are there.
   *
   * Rejects with `JOURNAL_INVALID_RECORD` or `JOURNAL_FULL`, after which nothing was written and the journal goes on, with
   * `JOURNAL_FAILED`, after which it takes nothing more until it is opened again, or with `JOURNAL_CLOSED`.
   */
  async append(input: string | readonly string[], options: AppendOptions = {}): Promise<number> {
    const texts = typeof input === 'string' ? [input] : input;
    const bytes = this.#bytesOf(texts);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) throw new JournalError('JOURNAL_CLOSED', `${this.directory} was closed`);
    const total = this.#totalBytes() + this.#queuedBytes + bytes;
    if (total > this.#options.maxTotalBytes) {
      throw new JournalError(
        'JOURNAL_FULL',
        `${this.directory} would take ${total} bytes, more than ${this.#options.maxTotalBytes} (maxTotalBytes)`,
      );
    }
    if (texts.length === 0) return this.#next - 1;
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      const sync = (options.sync ?? this.#options.sync) === 'always';
      this.#queue.push({ texts, bytes, sync, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Reads what is acknowledged by now, in order. */
  async *read({ from = 0 }: ReadOptions = {}): AsyncGenerator<JournalRecord> {
    yield* readSegments([...this.#segments], { from, before: this.#next, mayBeTorn: true });
  }

  /**
   * Gives up the records before a position: removes every segment that holds only such. Resolves with the bytes freed. The
   * last segment always stays.
   */
  async dropBefore(position: number): Promise<number> {
    let freed = 0;
    while (this.#segments.length > 1 && this.#segments[1]!.first <= position) {
      const [oldest] = this.#segments.splice(0, 1) as [WrittenSegment];
      await unlink(oldest.path);
      // Each name by itself: a gap in the middle, left by a power failure, would look like a missing segment.
      await syncDirectory(this.directory);
      freed += oldest.bytes;
    }
    return freed;
  }

  /** Writes what is waiting, then gives the directory back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#flushing;
      await this.#handle.close();
      await this.#lock?.release();
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Takes nothing more. */
  fail(cause: unknown): JournalError {
    this.#failure ??= new JournalError(
      'JOURNAL_FAILED',
      `${this.directory} could not be written: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'It takes nothing more until it is opened again',
      { file: this.#segments.at(-1)!.path, cause },
    );
    return this.#failure;
  }

  async #flush(): Promise<void> {
    // Whoever appends in this turn of the loop goes along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#write(batch);
      } catch (error) {
        const failure = this.fail(error);
        for (const append of [...batch, ...this.#queue.splice(0)]) append.reject(failure);
        this.#queuedBytes = 0;
      }
    }
    this.#flushing = undefined;
  }

  #takeBatch(): Append[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && (count === 0 || bytes + this.#queue[count]!.bytes <= BATCH_BYTES)) {
      bytes += this.#queue[count]!.bytes;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #write(batch: readonly Append[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.cause;
    const bytes = batch.reduce((sum, append) => sum + append.bytes, 0);
    let segment = this.#segments.at(-1)!;
    if (segment.bytes + bytes > this.#options.maxSegmentBytes && this.#next > segment.first) {
      segment = await this.#beginSegment();
    }
    const lines = Buffer.allocUnsafe(bytes);
    const ends: number[] = [];
    let offset = 0;
    let position = this.#next;
    for (const { texts } of batch) {
      for (const text of texts) {
        const afterSync = position === this.#next && !this.#unsynced;
        offset = writeRecordLine(lines, offset, position, text, afterSync);
        position++;
      }
      ends.push(position - 1);
    }
    await writeAll(this.#handle, lines, segment.bytes);
    this.#unsynced = true;
    if (batch.some((append) => append.sync)) {
      await this.#handle.datasync();
      this.#unsynced = false;
    }
    segment.bytes += bytes;
    this.#queuedBytes -= bytes;
    this.#next = position;
    for (const [at, append] of batch.entries()) append.resolve(ends[at]!);
  }

  async #beginSegment(): Promise<WrittenSegment> {
    if (this.#unsynced) await this.#handle.datasync();
    this.#unsynced = false;
    const { segment, handle } = await createSegment(this.directory, this.#next);
    await this.#handle.close();
    this.#handle = handle;
    this.#segments.push(segment);
    return segment;
  }

  #bytesOf(texts: readonly string[]): number {
    let bytes = 0;
    for (const text of texts) {
      const length = Buffer.byteLength(text);
      if (length > this.#options.maxRecordBytes) {
        throw invalid(
          `a record of ${length} bytes is above ${this.#options.maxRecordBytes} (maxRecordBytes)`,
        );
      }
      if (text.includes('\n')) throw invalid('a record is one line and must hold no line feed');
      if (/\p{Surrogate}/u.test(text))
        throw invalid('a record must hold no lone surrogate: it could not be read back');
      bytes += recordLineBytes(length);
    }
    return bytes;
  }

  #totalBytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.bytes;
    return bytes;
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function invalid(message: string): JournalError {
  return new JournalError('JOURNAL_INVALID_RECORD', message);
}
