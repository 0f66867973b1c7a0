const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...ALPHABET].map((character, index) => [character.charCodeAt(0), index]));

/** Standard base64 (RFC 4648 §4), padded. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // 3 × 4096 bytes a step: chunks join without padding between them.
  for (let start = 0; start < bytes.length; start += 12_288) {
    let text = '';
    const end = Math.min(start + 12_288, bytes.length);
    for (let at = start; at < end; at += 3) {
      const triple = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      text += ALPHABET[triple >> 18]! + ALPHABET[(triple >> 12) & 63]!;
      text += at + 1 < bytes.length ? ALPHABET[(triple >> 6) & 63]! : '=';
      text += at + 2 < bytes.length ? ALPHABET[triple & 63]! : '=';
    }
    parts.push(text);
  }
  return parts.join('');
}

/** The bytes of a padded standard base64 text; `undefined` where it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const end = text.length - padding;
  let at = 0;
  for (let start = 0; start < text.length; start += 4) {
    let quad = 0;
    for (let index = start; index < start + 4; index++) {
      const value = index < end ? VALUES.get(text.charCodeAt(index)) : 0;
      if (value === undefined) return undefined;
      quad = (quad << 6) | value;
    }
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (quad >> shift) & 0xff;
  }
  return bytes;
}
