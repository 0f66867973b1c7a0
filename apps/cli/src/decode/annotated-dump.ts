import { printable, toHex } from '@kvtwin/bytes';
import type { FieldSpan } from '@kvtwin/hotrod-protocol';
import { cutToColumns } from '../display-width.js';
import { escapeControls, utf8TextOf } from '../key-text.js';
import type { Colors } from '../output.js';
import { plain } from './exchange-to-json.js';

const bytesPerLine = 12;
const hexColumns = bytesPerLine * 3 - 1;
const maxLinesPerField = 8;
const maxValueColumns = 60;

/** Some bytes and the fields in them; offsets are absolute in `bytes`. */
export interface DumpedRange {
  readonly bytes: Uint8Array;
  readonly spans: readonly FieldSpan[];
  readonly start: number;
  readonly end: number;
}

/** Every byte of a range in hex, a field a line: offset, hex, name, value. Long fields take more lines and are cut. */
export function annotatedDump({ bytes, spans, start, end }: DumpedRange, colors: Colors): string[] {
  const nameColumns = Math.max(10, ...spans.map(({ name }) => name.length));
  const lines: string[] = [];
  let at = start;
  for (const span of spans) {
    if (span.start > at) lines.push(...fieldLines(bytes, at, span.start, '', '', nameColumns, colors));
    lines.push(
      ...fieldLines(bytes, span.start, span.end, span.name, valueText(span.value), nameColumns, colors),
    );
    at = Math.max(at, span.end);
  }
  if (end > at)
    lines.push(...fieldLines(bytes, at, end, '', printable(bytes.subarray(at, end)), nameColumns, colors));
  return lines;
}

function fieldLines(
  bytes: Uint8Array,
  start: number,
  end: number,
  name: string,
  value: string,
  nameColumns: number,
  colors: Colors,
): string[] {
  const lines: string[] = [];
  for (let at = start; at < end; at += bytesPerLine) {
    if (lines.length === maxLinesPerField) {
      lines.push(`  ${' '.repeat(8)}  ${`… ${end - at} more bytes`}`);
      break;
    }
    const hex = toHex(bytes.subarray(at, Math.min(end, at + bytesPerLine)), ' ').padEnd(hexColumns);
    const offset = colors.dim(at.toString(16).padStart(8, '0'));
    const note = at === start ? `${name.padEnd(nameColumns)}  ${cutToColumns(value, maxValueColumns)}` : '';
    lines.push(`  ${offset}  ${hex}  ${note}`.trimEnd());
  }
  return lines;
}

function valueText(value: unknown): string {
  if (value instanceof Uint8Array) {
    const text = utf8TextOf(value);
    return text === undefined ? `${value.length} bytes` : JSON.stringify(escapeControls(text));
  }
  if (typeof value === 'string') return JSON.stringify(escapeControls(value));
  if (typeof value === 'object' && value !== null) return JSON.stringify(plain(value));
  return String(value);
}
