import type { HeaderList } from './header-list.js';

/** A name is a token, a value has no control characters but tabs. */
const LINE = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)\r\n/y;

/**
 * Reads the header lines of a head, strictly: one character per byte, each line with its CRLF, without the line before them and
 * the empty one behind. Undefined where one is no header: a blank before the colon, a line that goes on in the next, a bare line
 * feed. What is read differently by others could be made to mean two things.
 */
export function parseHeaderLines(lines: string): HeaderList | undefined {
  const headers: [string, string][] = [];
  for (let at = 0; at < lines.length; at = LINE.lastIndex) {
    LINE.lastIndex = at;
    const line = LINE.exec(lines);
    if (line === null) return undefined;
    headers.push([line[1]!, withoutBlanks(line[2]!)]);
  }
  return headers;
}

/** Only these two are blanks in a header, unlike for `trim`. */
function withoutBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
