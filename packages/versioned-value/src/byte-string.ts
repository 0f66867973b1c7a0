/** Bytes per call of `fromCharCode`: far below every engine's limit of arguments. */
const chunkBytes = 8192;

/**
 * A string with one character U+0000 to U+00FF per byte: a key of a Map for byte arrays, never text for people.
 * {@link fromByteString} turns it back.
 */
export function toByteString(bytes: Uint8Array): string {
  if (bytes.length <= chunkBytes) return String.fromCharCode(...bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    text += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  }
  return text;
}

/** The bytes of a {@link toByteString}; only the low 8 bits of each character count. */
export function fromByteString(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
