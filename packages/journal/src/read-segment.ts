import { type FileHandle, open } from 'node:fs/promises';
import { longestRecordBytes } from './journal-options.js';
import { parseRecordLine, recordLineBytes } from './record-line.js';
import { isHeaderOf, longestHeaderBytes, type SegmentFile } from './segment-file.js';

/** One record of a journal. */
export interface JournalRecord {
  /** Counts from 1; never used again. */
  readonly position: number;
  readonly text: string;
}

/** How far a segment can be read. */
export interface SegmentEnd {
  readonly hasHeader: boolean;
  /** Of its whole records, in front of any damage. */
  readonly records: number;
  /** Header and whole records. */
  readonly wholeBytes: number;
  readonly totalBytes: number;
  /**
   * Whether records stand behind the damage that were only written once what is damaged was on disk: then it is no torn
   * end of a write.
   */
  readonly goesOnBehind: boolean;
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 256 * 1024;
/** What is looked at behind a damage. A torn write is one batch, which is far smaller. */
const SEARCH_BYTES = 64 * 1024 * 1024;

/**
 * Reads a segment's records in order, a chunk's at a time, up to the first line that is none, and tells at the end how far
 * that was. `limitBytes`: bytes of the file that count.
 */
export async function* readSegment(
  segment: SegmentFile,
  limitBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<JournalRecord[], SegmentEnd> {
  const handle = await open(segment.path, 'r');
  try {
    const lines = new LineReader(handle, limitBytes);
    const header = await lines.header();
    if (header === undefined || !isHeaderOf(header, segment)) {
      return await endOf(lines, segment.first, segment.first, false);
    }
    lines.take(header.length + 1);
    let position = segment.first;
    for (;;) {
      const records: JournalRecord[] = [];
      const line = await lines.chunk((bytes) => {
        const text = parseRecordLine(bytes, position);
        if (text === undefined) return false;
        records.push({ position, text });
        position++;
        return true;
      });
      if (records.length > 0) yield records;
      if (line === 'end') return await endOf(lines, segment.first, position, true);
    }
  } finally {
    await handle.close();
  }
}

async function endOf(
  lines: LineReader,
  first: number,
  position: number,
  hasHeader: boolean,
): Promise<SegmentEnd> {
  const rest = await lines.rest();
  return {
    hasHeader,
    records: position - first,
    wholeBytes: lines.offset,
    totalBytes: lines.offset + rest.length,
    goesOnBehind: goesOn(rest, position, hasHeader),
  };
}

/** What may be the beginning of a record: checksum and mark. */
const RECORD_HEAD = /[0-9a-f]{8}([> ])/g;

/**
 * Whether anything in `rest` is a record after a sync; behind a bad header, any record. Looked for at every place, not only
 * behind line feeds, for those may be what was damaged.
 */
function goesOn(rest: Buffer, position: number, hasHeader: boolean): boolean {
  for (const head of rest.toString('latin1').matchAll(RECORD_HEAD)) {
    if (hasHeader && head[1] !== '>') continue;
    const end = rest.indexOf(LINE_FEED, head.index);
    if (end < 0) return false;
    const line = rest.subarray(head.index, end);
    // The records that the damage can have swallowed are bounded by its bytes.
    const hidden = Math.min(4096, Math.ceil(head.index / recordLineBytes(0)));
    for (let ahead = 0; ahead <= hidden + 1; ahead++) {
      if (parseRecordLine(line, position + ahead) !== undefined) return true;
    }
  }
  return false;
}

/** Hands out the lines of a file, and remembers where the last one taken ended. */
class LineReader {
  /** Of the first byte not taken. */
  offset = 0;
  readonly #handle: FileHandle;
  readonly #limit: number;
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  /** Bytes of `#buffer` that are filled; its first is the one at `offset` plus `#taken`. */
  #filled = 0;
  #taken = 0;
  #atEnd = false;

  constructor(handle: FileHandle, limit: number) {
    this.#handle = handle;
    this.#limit = limit;
  }

  /** The first line, without taking it; undefined where there is none that short. */
  async header(): Promise<string | undefined> {
    await this.#fill();
    const end = this.#buffer.subarray(0, Math.min(this.#filled, longestHeaderBytes)).indexOf(LINE_FEED);
    if (end < 0) return undefined;
    return this.#buffer.toString('latin1', 0, end);
  }

  /** Offers the whole lines that are there, or reads more; `end` once one is refused or none is left. */
  async chunk(accept: (line: Buffer) => boolean): Promise<'more' | 'end'> {
    let took = false;
    for (;;) {
      const end = this.#buffer.subarray(0, this.#filled).indexOf(LINE_FEED, this.#taken);
      if (end < 0) break;
      if (!accept(this.#buffer.subarray(this.#taken, end))) return 'end';
      this.take(end + 1 - this.#taken);
      took = true;
    }
    if (took) return 'more';
    if (this.#filled - this.#taken > recordLineBytes(longestRecordBytes)) return 'end';
    return (await this.#fill()) ? 'more' : 'end';
  }

  /** Everything that was not taken, up to a bound. */
  async rest(): Promise<Buffer> {
    while (this.#filled - this.#taken < SEARCH_BYTES && (await this.#fill())) {}
    return this.#buffer.subarray(this.#taken, this.#filled);
  }

  take(bytes: number): void {
    this.#taken += bytes;
    this.offset += bytes;
  }

  /** Reads more behind what is there; false at the end. */
  async #fill(): Promise<boolean> {
    if (this.#atEnd) return false;
    this.#buffer.copyWithin(0, this.#taken, this.#filled);
    this.#filled -= this.#taken;
    this.#taken = 0;
    if (this.#filled === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    const from = this.offset + this.#filled;
    const room = Math.min(this.#buffer.length - this.#filled, this.#limit - from);
    if (room <= 0) {
      this.#atEnd = true;
      return false;
    }
    const { bytesRead } = await this.#handle.read(this.#buffer, this.#filled, room, from);
    this.#filled += bytesRead;
    this.#atEnd = bytesRead === 0;
    return bytesRead > 0;
  }
}
