/**
 * Reads a `.properties` file as Java does: `name=value`, `name: value` or `name value` per line, comments behind `#` or
 * `!`, a backslash at the end of a line continues it, `\uXXXX`, `\t`, `\n`, `\r`, `\f` and a backslash before anything
 * else are escapes. Of a name given twice the last one counts.
 */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const match = /^((?:\\.|[^\\=:\s])*)(?:\s*[=:]\s*|\s+|$)(.*)$/s.exec(line);
    if (match !== null) properties.set(unescaped(match[1] ?? ''), unescaped(match[2] ?? ''));
  }
  return properties;
}

function* logicalLines(text: string): Generator<string, void> {
  let continued: string | undefined;
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trimStart();
    if (continued === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const whole = (continued ?? '') + line;
    const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
    if (backslashes % 2 === 1) {
      continued = whole.slice(0, -1);
    } else {
      continued = undefined;
      yield whole;
    }
  }
  if (continued !== undefined) yield continued;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex: string | undefined, escaped: string) =>
    hex === undefined ? (ESCAPES[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
