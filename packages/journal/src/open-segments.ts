import { type FileHandle, open, stat, truncate, unlink } from 'node:fs/promises';
import { readSegment, type SegmentEnd } from './read-segment.js';
import { damaged } from './read-segments.js';
import { headerLine, listSegments, type SegmentFile, segmentPath, syncDirectory } from './segment-file.js';

/** A segment, and how much of it is written. */
export interface WrittenSegment extends SegmentFile {
  bytes: number;
}

/** The segments of a journal, the last one open for writing. */
export interface OpenedSegments {
  readonly segments: WrittenSegment[];
  readonly handle: FileHandle;
  /** Position of the next record. */
  readonly next: number;
  /** What was cut off the end. */
  readonly repairedBytes: number;
}

/**
 * Lists the segments, cuts the torn end of a write off the last one, and opens that for writing; makes the first one where
 * there is none. Only the last is read: those before it were whole when it was begun.
 */
export async function openSegments(directory: string): Promise<OpenedSegments> {
  const files = await listSegments(directory);
  let repairedBytes = 0;
  let last = files.pop();
  let end: SegmentEnd | undefined;
  if (last !== undefined) {
    end = await endOfSegment(last);
    if (end.goesOnBehind) throw damaged(last, end);
    repairedBytes = end.totalBytes - end.wholeBytes;
    if (!end.hasHeader) {
      // The crash came while the segment was made: records are only written once its header is on disk.
      await unlink(last.path);
      await syncDirectory(directory);
    } else if (repairedBytes > 0) {
      await truncate(last.path, end.wholeBytes);
    }
  }
  const segments: WrittenSegment[] = [];
  for (const file of files) segments.push({ ...file, bytes: (await stat(file.path)).size });
  if (last === undefined || end === undefined || !end.hasHeader) {
    last ??= { path: segmentPath(directory, 1), first: 1 };
    const { segment, handle } = await createSegment(directory, last.first);
    return { segments: [...segments, segment], handle, next: last.first, repairedBytes };
  }
  const handle = await open(last.path, 'r+');
  try {
    // Also what an earlier process wrote and could not sync any more.
    await handle.datasync();
  } catch (error) {
    await handle.close();
    throw error;
  }
  segments.push({ ...last, bytes: end.wholeBytes });
  return { segments, handle, next: last.first + end.records, repairedBytes };
}

/** Makes a segment; it is on disk, name and header, before anything is written behind that. */
export async function createSegment(
  directory: string,
  first: number,
): Promise<{ readonly segment: WrittenSegment; readonly handle: FileHandle }> {
  const path = segmentPath(directory, first);
  const handle = await open(path, 'wx+', 0o600);
  try {
    const header = headerLine(first);
    await handle.writeFile(header);
    await handle.datasync();
    await syncDirectory(directory);
    return { segment: { path, first, bytes: header.length }, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function endOfSegment(segment: SegmentFile): Promise<SegmentEnd> {
  const reading = readSegment(segment);
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return step.value;
  }
}
