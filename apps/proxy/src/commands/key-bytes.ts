const PERCENT = 0x25;

/**
 * The bytes of a `key` parameter, one character of `raw` per byte, decoded as a HustDB node decodes it: `%XX` is a byte,
 * `+` stays, `%` before a non-hex character is dropped alone, `%` with one hex digit and a non-hex character is dropped
 * with both, an unfinished `%` at the end is dropped.
 *
 * One thing is not copied: a node drops what follows a `?`, so that `a?b` and `a?c` are one key. Here they are two, and
 * a store that cannot keep a `?` refuses the key.
 */
export function decodeKeyBytes(raw: string): Uint8Array {
  if (!raw.includes('%')) return Buffer.from(raw, 'latin1');
  const bytes = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; ) {
    const code = raw.charCodeAt(at++);
    if (code !== PERCENT) {
      bytes[length++] = code;
      continue;
    }
    const high = hexValue(raw, at);
    if (high < 0) continue;
    if (at + 1 >= raw.length) break;
    const low = hexValue(raw, at + 1);
    at += 2;
    if (low >= 0) bytes[length++] = high * 16 + low;
  }
  return bytes.subarray(0, length);
}

function hexValue(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
