import { chunkings, seededRandom } from '@kvtwin/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, BytesError, ByteWriter, MoreBytesNeeded, parseHex, toHex } from './index.js';

const field = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat(0xff) }),
  fc.record({ kind: fc.constant('u16' as const), value: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant('i32' as const), value: fc.integer() }),
  fc.record({ kind: fc.constant('i64' as const), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  fc.record({ kind: fc.constant('vInt' as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ kind: fc.constant('vLong' as const), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  fc.record({ kind: fc.constant('zigZagInt' as const), value: fc.integer() }),
  fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'binary', maxLength: 200 }) }),
);

function write(writer: ByteWriter, { kind, value }: { kind: string; value: unknown }): void {
  (writer as unknown as Record<string, (value: unknown) => void>)[kind]?.(value);
}

function read(reader: ByteReader, kind: string): unknown {
  return (reader as unknown as Record<string, () => unknown>)[kind]?.();
}

test('what is written is read back, however it arrives', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 8 }), fc.nat(), (fields, seed) => {
      const writer = new ByteWriter({ capacity: 4, borrowAtLeast: 100 });
      for (const each of fields) {
        write(writer, each);
      }
      const frame = writer.take();
      for (const { chunks } of chunkings(frame, { seed, random: 3, maxSplits: 20 })) {
        const reader = new ByteReader();
        const values: unknown[] = [];
        for (const chunk of chunks) {
          reader.push(chunk);
          while (reader.missing === 0 && values.length < fields.length) {
            try {
              values.push(read(reader, fields[values.length]?.kind as string));
            } catch (thrown) {
              expect(thrown).toBe(MoreBytesNeeded.signal);
            }
          }
        }
        expect(values.map(String)).toEqual(fields.map(({ value }) => String(value)));
        expect(reader.available).toBe(0);
        expect(reader.position).toBe(frame.length);
      }
    }),
    { numRuns: 100 },
  );
});

test('random bytes give values, a wish for more, or a typed error; never anything else', () => {
  const random = seededRandom(7);
  const kinds = ['u8', 'u16', 'i32', 'i64', 'vInt', 'vLong', 'bytes', 'string', 'optionalBytes', 'length'];
  for (let run = 0; run < 3000; run++) {
    const reader = new ByteReader({ maxArrayBytes: 1000 });
    reader.push(Uint8Array.from({ length: random.integer(1, 30) }, () => random.integer(0, 255)));
    for (let step = 0; step < 20 && reader.missing === 0; step++) {
      try {
        read(reader, kinds[random.integer(0, kinds.length - 1)] as string);
      } catch (thrown) {
        if (thrown !== MoreBytesNeeded.signal) {
          expect(BytesError.is(thrown)).toBe(true);
          break;
        }
      }
    }
  }
});

test('hex of bytes is read back', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(parseHex(toHex(bytes, ' '))).toEqual(bytes)));
});
