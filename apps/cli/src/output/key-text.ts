import { CliError } from '../command-line/cli-error.js';
import { cutToColumns } from './display-width.js';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes as text, or `undefined` where they are not UTF-8. */
export function utf8TextOf(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A key as a person typed it: its UTF-8 bytes, or the bytes of its base64. */
export function parseKey(text: string, base64: boolean): Uint8Array {
  return base64 ? parseBase64(text, 'the key') : new TextEncoder().encode(text);
}

/** Bytes of padded or unpadded standard base64; `what` names them in the error. */
export function parseBase64(text: string, what: string): Uint8Array {
  const compact = text.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) {
    throw new CliError(`${what} is not base64`, {
      hint: 'standard alphabet: A-Z a-z 0-9 + / and = at the end',
    });
  }
  return new Uint8Array(Buffer.from(compact, 'base64'));
}

/** A key in JSON: `key` where it is UTF-8, else `keyBase64`. */
export type KeyJson = { readonly key: string } | { readonly keyBase64: string };

export function keyToJson(key: Uint8Array): KeyJson {
  const text = utf8TextOf(key);
  return text === undefined ? { keyBase64: Buffer.from(key).toString('base64') } : { key: text };
}

/** A key for people: one line, control characters escaped, `base64:…` where it is not UTF-8. */
export function formatKey(key: Uint8Array): string {
  const text = utf8TextOf(key);
  if (text === undefined) return `base64:${Buffer.from(key).toString('base64')}`;
  return text === '' ? "''" : escapeControls(text);
}

/** A few lines of a terminal: what a longer key is cut to where it is a heading, not data. */
const headingColumns = 160;

/** {@link formatKey}, cut where it is long. */
export function formatKeyHeading(key: Uint8Array): string {
  return cutToColumns(formatKey(key), headingColumns);
}

/** A key as a shell takes it, with the flag that it needs. */
export function keyAsArgument(key: Uint8Array): string {
  const text = utf8TextOf(key);
  if (text === undefined || text.includes('\0')) {
    return `--key-base64 ${Buffer.from(key).toString('base64')}`;
  }
  if (/^[\w:@%+=./,][\w:@%+=./,-]*$/.test(text)) return text;
  const quoted = `'${text.replaceAll("'", "'\\''")}'`;
  return text.startsWith('-') ? `-- ${quoted}` : quoted;
}

/** Text on one line that cannot steer a terminal: control and direction characters as `\n`, `\x1b`, `\u202e`. */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0)!;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
