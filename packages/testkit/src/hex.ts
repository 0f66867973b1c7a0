/** Bytes of a hex text without blanks; throws on anything else, so that a typing error in a test shows. */
export function fromHex(hex: string): Uint8Array {
  const text = hex.replaceAll(/\s+/g, '');
  if (text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) {
    throw new Error(`not hex: ${hex.slice(0, 40)}`);
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  }
  return bytes;
}

/** Lower-case hex without blanks. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += byte.toString(16).padStart(2, '0');
  }
  return text;
}
