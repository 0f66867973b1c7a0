/** What a listing showed of a key on one node: SHA-256 of its value, and its length. */
export interface ListedValue {
  readonly digest: Uint8Array;
  readonly bytes: number;
}

const digestBytes = 32;

/** 32 bytes digest, u32 length. */
export function encodeListedValue({ digest, bytes }: ListedValue): Uint8Array {
  const encoded = new Uint8Array(digestBytes + 4);
  encoded.set(digest);
  new DataView(encoded.buffer).setUint32(digestBytes, bytes);
  return encoded;
}

export function decodeListedValue(encoded: Uint8Array): ListedValue {
  const bytes = new DataView(encoded.buffer, encoded.byteOffset).getUint32(digestBytes);
  return { digest: encoded.slice(0, digestBytes), bytes };
}
