import { crc32 } from 'node:zlib';

/*
 * One record, one line:
 *
 *     8 hex digits   1 character   payload            1 byte
 *     CRC-32         > or space    UTF-8, no \n       \n
 *
 * The checksum is the CRC-32 of zlib over the record's position in decimal, a space, the mark and the payload: a line that
 * stands in another place than it was written to does not pass. The mark is `>` for the first record of what was synced
 * at once, else a space: what begins with `>` was only written once everything before it was on disk.
 */

const LINE_FEED = 0x0a;
const SYNCED = 0x3e;
const CONTINUED = 0x20;
/** Checksum and mark. */
const HEAD_BYTES = 9;

/** Bytes that a payload of so many bytes takes as a line. */
export function recordLineBytes(payloadBytes: number): number {
  return HEAD_BYTES + payloadBytes + 1;
}

/** Writes the line at `offset` of `into`; returns the offset behind it. `afterSync`: everything before it is synced. */
export function writeRecordLine(
  into: Buffer,
  offset: number,
  position: number,
  text: string,
  afterSync: boolean,
): number {
  const bytes = into.write(text, offset + HEAD_BYTES, 'utf8');
  into[offset + HEAD_BYTES - 1] = afterSync ? SYNCED : CONTINUED;
  const end = offset + HEAD_BYTES + bytes;
  const checksum = checksumOf(position, into.subarray(offset + HEAD_BYTES - 1, end));
  into.write(checksum, offset, 'latin1');
  into[end] = LINE_FEED;
  return end + 1;
}

/** The payload of a line, given without its line feed; undefined where it is no record of that position. */
export function parseRecordLine(line: Buffer, position: number): string | undefined {
  const mark = line[HEAD_BYTES - 1];
  if (mark !== SYNCED && mark !== CONTINUED) return undefined;
  if (line.toString('latin1', 0, HEAD_BYTES - 1) !== checksumOf(position, line.subarray(HEAD_BYTES - 1)))
    return undefined;
  return line.toString('utf8', HEAD_BYTES);
}

function checksumOf(position: number, markAndPayload: Uint8Array): string {
  return crc32(markAndPayload, crc32(`${position} `))
    .toString(16)
    .padStart(8, '0');
}
