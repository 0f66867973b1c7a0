import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter, toHex } from './index.js';

describe('ranges', () => {
  test.each<[string, (writer: ByteWriter) => ByteWriter]>([
    ['u8 256', (writer) => writer.u8(256)],
    ['u8 −1', (writer) => writer.u8(-1)],
    ['u16 65536', (writer) => writer.u16(65536)],
    ['i32 2^32', (writer) => writer.i32(2 ** 32)],
    ['i64 2^64', (writer) => writer.i64(2n ** 64n)],
    ['i64 unsafe number', (writer) => writer.i64(2 ** 60)],
    ['vInt 2^32', (writer) => writer.vInt(2 ** 32)],
    ['vInt −2^31 − 1', (writer) => writer.vInt(-(2 ** 31) - 1)],
    ['vLong 2^64', (writer) => writer.vLong(2n ** 64n)],
    ['vLong unsafe number', (writer) => writer.vLong(2 ** 60)],
    ['zigZagInt 2^31', (writer) => writer.zigZagInt(2 ** 31)],
    ['vInt NaN', (writer) => writer.vInt(Number.NaN)],
    ['u8 NaN', (writer) => writer.u8(Number.NaN)],
    ['vInt 1.5', (writer) => writer.vInt(1.5)],
    ['vInt 200.5', (writer) => writer.vInt(200.5)],
    ['vLong 1.5', (writer) => writer.vLong(1.5)],
    ['u8 1.5', (writer) => writer.u8(1.5)],
    ['u16 1.5', (writer) => writer.u16(1.5)],
    ['i32 1.5', (writer) => writer.i32(1.5)],
  ])('%s is refused, and what was written stays', (_, write) => {
    const writer = new ByteWriter().u8(7);
    expect(() => write(writer)).toThrow(expect.objectContaining({ code: 'BYTES_RANGE' }));
    expect(toHex(writer.take())).toBe('07');
  });

  test.each([
    [0, '0000000000000000'],
    [-1, 'ffffffffffffffff'],
    [2 ** 32, '0000000100000000'],
    [-(2 ** 32) - 1, 'fffffffeffffffff'],
    [Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
    [Number.MIN_SAFE_INTEGER, 'ffe0000000000001'],
  ])('i64 of the number %d', (value, hex) => {
    expect(toHex(new ByteWriter().i64(value).take())).toBe(hex);
    expect(toHex(new ByteWriter().i64(BigInt(value)).take())).toBe(hex);
  });
});

describe('texts', () => {
  test.each([
    ['', 0],
    ['a'.repeat(127), 127],
    ['a'.repeat(128), 128],
    [`${'a'.repeat(126)}é`, 128],
    ['é'.repeat(63), 126],
    ['é'.repeat(64), 128],
    ['☕'.repeat(6000), 18000],
    ['😀', 4],
    ['\ud800', 3],
  ])('%j has %d bytes', (text, bytes) => {
    const reader = new ByteReader();
    reader.push(new ByteWriter({ capacity: 4 }).string(text).take());
    const encoded = reader.bytes();
    expect(encoded).toHaveLength(bytes);
    expect(encoded).toEqual(new TextEncoder().encode(text));
    expect(reader.available).toBe(0);
  });
});

describe('memory', () => {
  test('what was taken is not touched by later writes', () => {
    const writer = new ByteWriter({ capacity: 8 });
    const first = writer.u8(1).u8(2).take();
    const second = writer.u8(3).take();
    const third = writer.raw(new Uint8Array(100).fill(4)).take();
    expect([toHex(first), toHex(second), third.length]).toEqual(['0102', '03', 100]);
    expect(writer.length).toBe(0);
  });

  test('reset forgets only what was not taken', () => {
    const writer = new ByteWriter();
    const taken = writer.u8(1).take();
    writer.u8(2).reset();
    expect(toHex(writer.u8(3).take())).toBe('03');
    expect(toHex(taken)).toBe('01');
  });

  test('long arrays can be borrowed instead of copied', () => {
    const writer = new ByteWriter({ borrowAtLeast: 4 });
    const long = Uint8Array.of(1, 2, 3, 4);
    writer.bytes(Uint8Array.of(9)).bytes(long).u8(7);
    expect(writer.length).toBe(8);
    expect(toHex(writer.peek())).toBe('0109040102030407');
    const parts = writer.takeParts();
    expect(parts.map((part) => toHex(part))).toEqual(['010904', '01020304', '07']);
    expect(parts[1]).toBe(long);
    expect(writer.length).toBe(0);
  });

  test.each([0, 1, 2, 3, 5, 7, 8])('truncate to %d bytes undoes the rest, borrowed or not', (length) => {
    const writer = new ByteWriter({ borrowAtLeast: 4 });
    writer
      .bytes(Uint8Array.of(9))
      .bytes(Uint8Array.of(1, 2, 3, 4))
      .u8(7);
    writer.truncate(length);
    expect(writer.length).toBe(length);
    expect(toHex(writer.u8(0xee).take())).toBe(`${'0109040102030407'.slice(0, length * 2)}ee`);
  });

  test('cannot be truncated to more than there is', () => {
    expect(() => new ByteWriter().u8(1).truncate(2)).toThrow(
      expect.objectContaining({ code: 'BYTES_RANGE' }),
    );
  });

  test('memory can be written into by hand', () => {
    const writer = new ByteWriter({ capacity: 2 }).u8(1);
    const bytes = writer.room(100);
    const at = writer.position;
    bytes[at] = 2;
    writer.words.setInt32(at + 1, 0x03040506);
    writer.advance(at + 5);
    expect(toHex(writer.u8(7).take())).toBe('01020304050607');
    expect(() => writer.advance(writer.position - 1)).toThrow(
      expect.objectContaining({ code: 'BYTES_RANGE' }),
    );
    expect(() => writer.advance(100_000)).toThrow(expect.objectContaining({ code: 'BYTES_RANGE' }));
  });
});
