import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from './codec.js';
import { codecs } from './codecs.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('ProtoStream scalars', () => {
  it.each<[string, Codec<never>, unknown, string]>([
    ['Long 7', codecs.int64 as never, 7n, '1807'],
    ['Long −1', codecs.int64 as never, -1n, '18ffffffffffffffffff01'],
    ['Long MAX', codecs.int64 as never, 2n ** 63n - 1n, '18ffffffffffffffff7f'],
    ['Integer 42', codecs.int32 as never, 42, '282a'],
    ['Double 3.5', codecs.float64 as never, 3.5, '090000000000000c40'],
    ['Boolean true', codecs.boolean as never, true, '4001'],
  ])('%s are the bytes that the Java client writes', (_, codec, value, bytes) => {
    expect(hex(codec.encode(value as never))).toBe(bytes);
    expect(codec.decode(Buffer.from(bytes, 'hex'))).toBe(value);
  });

  it('come back as they went', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer(),
        fc.double(),
        (long, int, double) => {
          expect(codecs.int64.decode(codecs.int64.encode(long))).toBe(long);
          expect(codecs.int32.decode(codecs.int32.encode(int))).toBe(int);
          expect(codecs.float64.decode(codecs.float64.encode(double))).toBe(double);
        },
      ),
    );
  });

  it('of one width are read as Longs too', () => {
    expect(codecs.int64.decode(codecs.int32.encode(-5))).toBe(-5n);
  });

  it.each<[string, () => unknown]>([
    ['a number as Long', () => codecs.int64.encode(1 as never)],
    ['65 bits', () => codecs.int64.encode(2n ** 63n)],
    ['33 bits', () => codecs.int32.encode(2 ** 31)],
    ['a fraction', () => codecs.int32.encode(1.5)],
    ['a text as Double', () => codecs.float64.encode('1' as never)],
    ['1 as Boolean', () => codecs.boolean.encode(1 as never)],
    ['a Double as Long', () => codecs.int64.decode(codecs.float64.encode(1))],
    ['nothing', () => codecs.boolean.decode(new Uint8Array())],
    ['a varint cut off', () => codecs.int64.decode(Uint8Array.of(0x18, 0x80))],
    ['a varint without end', () => codecs.int64.decode(new Uint8Array(20).fill(0xff).fill(0x18, 0, 1))],
    ['bytes behind it', () => codecs.int64.decode(Uint8Array.of(0x18, 1, 1))],
  ])('refuse %s', (_, action) => {
    expect(action).toThrow(TypeError);
  });

  it('never hang on random bytes, and throw nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        for (const codec of [
          codecs.int64,
          codecs.int32,
          codecs.float64,
          codecs.boolean,
        ] as Codec<unknown>[]) {
          try {
            codec.decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
          }
        }
      }),
    );
  });
});
