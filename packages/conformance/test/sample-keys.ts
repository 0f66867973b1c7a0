let made = 0;

/** Bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A text as ProtoStream has it, a WrappedMessage: `4A`, length, UTF-8. */
export function wrappedString(text: string): Uint8Array {
  const bytes = utf8(text);
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Uint8Array.of(0x4a, ...length, ...bytes);
}

/** A key that no other test of this process used. */
export function freshKey(): Uint8Array {
  made++;
  return utf8(`key ${process.pid} ${made}`);
}

/** Keys and values at the edges of what bytes can be. */
export const AWKWARD_BYTES: readonly (readonly [title: string, bytes: Uint8Array])[] = [
  ['NUL', Uint8Array.of(0)],
  ['0xFF', Uint8Array.of(0xff)],
  ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
  ['not UTF-8', Uint8Array.of(0xc3, 0x28, 0xed, 0xa0, 0x80)],
  ['3.9 KB', new Uint8Array(3_993).fill(0x6b)],
  ['empty', new Uint8Array(0)],
];
