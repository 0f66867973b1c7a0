/** `text` as UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Every byte value once, from 0x00 to 0xff, without those left out. */
export function everyByte(without: readonly number[] = []): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !without.includes(byte));
}

/** Bytes that repeat every 251, so that a shifted or cut copy differs. */
export function patterned(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at % 251);
}
