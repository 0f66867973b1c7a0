import { chunkings, fromHex, hotRodPrimitives, toHex } from '@kvtwin/testkit';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter, decodeZigZag, encodeZigZag, MoreBytesNeeded } from './index.js';

const vectors = hotRodPrimitives();

/** Reads a field from every chunking of its bytes; the reader must take all of them and no attempt may come early. */
function readEachWay<T>(hex: string, read: (reader: ByteReader) => T): T[] {
  return [...chunkings(fromHex(hex))].map(({ name, chunks }) => {
    const reader = new ByteReader();
    for (const chunk of chunks) {
      reader.push(chunk);
      if (reader.missing > 0) {
        continue;
      }
      try {
        const value = read(reader);
        expect(reader.available, name).toBe(0);
        return value;
      } catch (thrown) {
        expect(thrown, name).toBe(MoreBytesNeeded.signal);
        expect(reader.missing, name).toBeGreaterThan(0);
      }
    }
    throw new Error(`${name}: no value`);
  });
}

function everyWay<T>(values: T[], expected: T): void {
  expect(new Set(values)).toEqual(new Set([expected]));
}

describe('vInt, as the real classes write it', () => {
  test.each(vectors.vint)('$value is $hex', ({ value, hex }) => {
    expect(toHex(new ByteWriter().vInt(value).take())).toBe(hex);
    everyWay(
      readEachWay(hex, (reader) => reader.vIntSigned()),
      value,
    );
    everyWay(
      readEachWay(hex, (reader) => reader.vInt()),
      value >>> 0,
    );
  });
});

describe('vLong, as the real classes write it', () => {
  test.each(vectors.vlong)('$value is $hex', ({ value, hex }) => {
    expect(toHex(new ByteWriter().vLong(BigInt(value)).take())).toBe(hex);
    const signed = readEachWay(hex, (reader) => reader.vLong());
    everyWay(signed.map(String), value);
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      expect(toHex(new ByteWriter().vLong(number).take())).toBe(hex);
      everyWay(signed, number);
    } else {
      everyWay(
        signed.map((each) => typeof each),
        'bigint',
      );
    }
    const unsigned = readEachWay(hex, (reader) => reader.vLongUnsigned());
    everyWay(unsigned.map(String), BigInt.asUintN(64, BigInt(value)).toString());
  });
});

describe('zig-zag, as the real classes write it', () => {
  test.each(vectors.signed_vint)('$value is $hex', ({ value, zigzag_u32, hex }) => {
    expect(encodeZigZag(value)).toBe(zigzag_u32);
    expect(decodeZigZag(zigzag_u32)).toBe(value);
    expect(toHex(new ByteWriter().zigZagInt(value).take())).toBe(hex);
    everyWay(
      readEachWay(hex, (reader) => reader.zigZagInt()),
      value,
    );
  });
});

describe('forms that writers do not make', () => {
  test.each([
    ['8000', 0],
    ['81808080 00', 1],
    ['ff80808000', 127],
    ['ffffffff7f', 0xffff_ffff],
    ['8080808010', 0],
  ])('the vInt %s is accepted as %d', (hex, value) => {
    everyWay(
      readEachWay(hex, (reader) => reader.vInt()),
      value,
    );
  });

  test.each([
    ['8000', 0],
    ['80808080808080808000', 0],
    ['ffffffffffffffffff7f', -1],
  ])('the vLong %s is accepted as %d', (hex, value) => {
    everyWay(
      readEachWay(hex, (reader) => reader.vLong()),
      value,
    );
  });

  test.each([
    ['vInt', '818080808000', 'BYTES_MALFORMED_VINT', (reader: ByteReader) => reader.vInt()],
    ['vLong', '8180808080808080808000', 'BYTES_MALFORMED_VLONG', (reader: ByteReader) => reader.vLong()],
  ])('a %s with a byte too many is refused with its offset', (_, hex, code, read) => {
    for (const { chunks } of chunkings(fromHex(hex))) {
      const reader = new ByteReader();
      reader.push(Uint8Array.of(7));
      reader.u8();
      let thrown: unknown;
      for (const chunk of chunks) {
        reader.push(chunk);
        try {
          read(reader);
        } catch (error) {
          thrown = error;
        }
      }
      expect(thrown).toMatchObject({ code, offset: 1 });
    }
  });
});
