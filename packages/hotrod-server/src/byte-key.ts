/** The bytes as a string, one character U+0000 to U+00FF per byte: the form in which keys stand in a `Map`. */
export function toByteKey(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of a {@link toByteKey}, in memory of their own. */
export function fromByteKey(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  Buffer.from(bytes.buffer).write(key, 'latin1');
  return bytes;
}
