import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JournalError } from './journal-error.js';

/** Of the layout of a segment. */
export const formatVersion = 1;

/** Position in 16 decimal digits, so that names sort as positions do. */
const NAME = /^(\d{16})\.journal$/;
const HEADER = /^kvtwin-journal (\d{1,6}) (\d{1,16}) ([0-9a-f]{8})$/;

/** Longest header line, with its line feed. */
export const longestHeaderBytes = 64;

/** One file of a journal. */
export interface SegmentFile {
  readonly path: string;
  /** Position of its first record. */
  readonly first: number;
}

export function segmentPath(directory: string, first: number): string {
  return join(directory, `${String(first).padStart(16, '0')}.journal`);
}

/** The segments of a directory, oldest first; none where there is no such directory. */
export async function listSegments(directory: string): Promise<SegmentFile[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const digits = NAME.exec(name)?.[1];
      return digits === undefined ? [] : [{ path: join(directory, name), first: Number(digits) }];
    })
    .sort((a, b) => a.first - b.first);
}

/** First line of a segment: `kvtwin-journal VERSION FIRST-POSITION CRC-32`, the checksum over what stands before it. */
export function headerLine(first: number): string {
  const text = `kvtwin-journal ${formatVersion} ${first} `;
  return `${text}${crc32(text).toString(16).padStart(8, '0')}\n`;
}

/** Whether the line, without its line feed, is the header of that segment. Throws `JOURNAL_VERSION` for another version. */
export function isHeaderOf(line: string, segment: SegmentFile): boolean {
  const match = HEADER.exec(line);
  if (match === null) return false;
  const [, version, first, checksum] = match;
  if (crc32(line.slice(0, -8)).toString(16).padStart(8, '0') !== checksum) return false;
  if (Number(version) !== formatVersion) {
    throw new JournalError(
      'JOURNAL_VERSION',
      `${segment.path} has format version ${version}; this release reads version ${formatVersion}`,
      { file: segment.path, offset: 0 },
    );
  }
  return Number(first) === segment.first;
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open directories; its file systems write names through.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
