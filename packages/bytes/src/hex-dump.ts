import { toHex } from './hex.js';

/** Options of {@link hexDump}. */
export interface HexDumpOptions {
  /** Offset printed for the first byte; 0 by default. */
  readonly offset?: number;
  /** Bytes a line; 16 by default. */
  readonly width?: number;
}

/** Offset, hex and printable ASCII, a line for each 16 bytes: `00000000  a0 01 1e 17 …  |....|`. */
export function hexDump(bytes: Uint8Array, options: HexDumpOptions = {}): string {
  const width = options.width ?? 16;
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    const row = bytes.subarray(at, at + width);
    const address = ((options.offset ?? 0) + at).toString(16).padStart(8, '0');
    lines.push(`${address}  ${toHex(row, ' ').padEnd(width * 3 - 1)}  |${printable(row)}|`);
  }
  return lines.join('\n');
}

/** The bytes as ASCII, a full stop for what does not print. */
export function printable(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return text;
}
