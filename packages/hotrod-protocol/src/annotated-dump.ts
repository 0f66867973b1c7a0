import { toHex } from '@kvtwin/bytes';
import { describeValue } from './describe.js';
import { versionOfByte } from './protocol-version.js';
import { describeStatus } from './status.js';
import type { FieldSpan } from './wire/span-recorder.js';

const BYTES_PER_LINE = 12;
/** Longer fields are cut short: a value of a megabyte must not scroll the message away. */
const LINES_PER_FIELD = 4;

/**
 * A hex dump with a line (or a few) per field:
 *
 * ```
 * 00000000  a0                                   magic 0xa0
 * 00000001  03                                   messageId 3
 * 00000010  02 6b 31                             request.key "k1"
 * ```
 *
 * Spans lie in order and do not overlap; bytes between them are shown without a name.
 */
export function annotatedDump(bytes: Uint8Array, spans: readonly FieldSpan[]): string {
  const lines: string[] = [];
  let at = 0;
  for (const span of spans) {
    if (span.start > at) {
      lines.push(...fieldLines(bytes, at, span.start, '?'));
    }
    lines.push(...fieldLines(bytes, span.start, span.end, `${span.name} ${noteOf(span)}`));
    at = span.end;
  }
  if (at < bytes.length) {
    lines.push(...fieldLines(bytes, at, bytes.length, '?'));
  }
  return lines.join('\n');
}

/** A field's value as the documents of the protocol write it: codes in hex, the version by its name. */
function noteOf({ name, value }: FieldSpan): string {
  if (typeof value === 'number') {
    switch (name) {
      case 'magic':
      case 'opcode':
      case 'request.expiration.units':
        return `0x${value.toString(16).padStart(2, '0')}`;
      case 'versionByte':
        return `${value} (${versionOfByte(value) ?? 'unknown'})`;
      case 'status':
        return describeStatus(value);
    }
  }
  return describeValue(value);
}

function fieldLines(bytes: Uint8Array, start: number, end: number, note: string): string[] {
  const lines: string[] = [];
  for (let at = start; at < end; at += BYTES_PER_LINE) {
    if (lines.length === LINES_PER_FIELD) {
      lines.push(`          … ${end - at} more bytes`);
      break;
    }
    const hex = toHex(bytes.subarray(at, Math.min(end, at + BYTES_PER_LINE)), ' ');
    const text = `${at.toString(16).padStart(8, '0')}  ${hex.padEnd(BYTES_PER_LINE * 3 - 1)}  ${at === start ? note : ''}`;
    lines.push(text.trimEnd());
  }
  return lines;
}
