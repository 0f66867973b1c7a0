const CHUNK = 0x2000;

/** Text with one character per byte, U+0000 to U+00FF: how HTTP heads are read without losing a byte. */
export function bytesToLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return text;
}

/** The bytes of a text whose characters are bytes; a character above U+00FF is an error of the caller. */
export function latin1ToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) throw new RangeError(`character U+${code.toString(16)} at ${index} is not a byte`);
    bytes[index] = code;
  }
  return bytes;
}
