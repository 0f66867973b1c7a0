import { chunkings } from '@kvtwin/testkit';
import { describe, expect, test } from 'vitest';
import { ByteReader, BytesError, ByteWriter, MoreBytesNeeded } from './index.js';

function attempt<T>(read: () => T): T | 'more' {
  try {
    return read();
  } catch (thrown) {
    if (thrown === MoreBytesNeeded.signal) {
      return 'more';
    }
    throw thrown;
  }
}

function readerOf(...chunks: number[][]): ByteReader {
  const reader = new ByteReader();
  for (const chunk of chunks) {
    reader.push(Uint8Array.from(chunk));
  }
  return reader;
}

describe('fixed widths', () => {
  const frame = new ByteWriter()
    .u8(0xff)
    .bool(true)
    .u16(0xfffe)
    .i32(-2)
    .i64(-3n)
    .i64(2n ** 62n)
    .take();

  test('are big-endian and signed as documented, split at every offset', () => {
    for (const { name, chunks } of chunkings(frame)) {
      const reader = new ByteReader();
      const steps = [
        () => reader.u8(),
        () => reader.bool(),
        () => reader.u16(),
        () => reader.i32(),
        () => reader.i64(),
        () => reader.i64(),
      ];
      const values: unknown[] = [];
      for (const chunk of chunks) {
        reader.push(chunk);
        while (values.length < steps.length) {
          const value = attempt<unknown>(steps[values.length] as () => unknown);
          if (value === 'more') {
            break;
          }
          values.push(value);
        }
      }
      expect(values, name).toEqual([255, true, 65534, -2, -3n, 2n ** 62n]);
      expect(reader.position, name).toBe(frame.length);
    }
  });

  test('says how many bytes are missing, and counts them down', () => {
    const reader = readerOf([1, 2, 3]);
    expect(attempt(() => reader.i64())).toBe('more');
    expect(reader.missing).toBe(5);
    reader.push(Uint8Array.of(4, 5));
    expect(reader.missing).toBe(3);
    reader.push(Uint8Array.of(6, 7, 8, 9));
    expect(reader.missing).toBe(0);
    expect(reader.i64()).toBe(0x0102030405060708n);
    expect(reader.available).toBe(1);
  });
});

describe('byte arrays', () => {
  test('are gathered from any number of chunks, each byte copied once', () => {
    const value = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const frame = new ByteWriter().bytes(value).u8(9).take();
    for (const { name, chunks } of chunkings(frame)) {
      const reader = new ByteReader();
      let read: Uint8Array | 'more' = 'more';
      for (const chunk of chunks) {
        reader.push(chunk);
        if (read === 'more' && reader.missing === 0) {
          read = attempt(() => reader.bytes());
        }
      }
      expect(read, name).toEqual(value);
      expect(reader.bytesCopied, name).toBe(1000);
      expect(reader.u8(), name).toBe(9);
      expect(reader.position, name).toBe(frame.length);
    }
  });

  test('are plain copies, whatever kind of array was pushed', () => {
    const pushed = Buffer.from([2, 65, 66]);
    const reader = new ByteReader();
    reader.push(pushed);
    const value = reader.bytes();
    pushed.fill(0);
    expect(value.constructor).toBe(Uint8Array);
    expect([...value]).toEqual([65, 66]);
  });

  test('optional ones tell absent from empty', () => {
    expect(readerOf([0x01]).optionalBytes()).toBeUndefined();
    expect(readerOf([0x00]).optionalBytes()).toEqual(new Uint8Array(0));
    expect(readerOf([0x04, 1], [2]).optionalBytes()).toEqual(Uint8Array.of(1, 2));
  });

  test('texts may be split within a character and need not be UTF-8', () => {
    const text = 'größe ☕ 😀 and some more to leave the short path';
    const frame = new ByteWriter().string(text).take();
    for (const { name, chunks } of chunkings(frame)) {
      const reader = new ByteReader();
      let read = 'more';
      for (const chunk of chunks) {
        reader.push(chunk);
        if (read === 'more' && reader.missing === 0) {
          read = attempt(() => reader.string());
        }
      }
      expect(read, name).toBe(text);
    }
    expect(readerOf([3, 0xff, 0xfe, 0xfd]).string()).toBe('\ufffd\ufffd\ufffd');
    expect(readerOf([4, 0xef, 0xbb, 0xbf, 0x61]).string()).toBe('\ufeffa');
  });
});

describe('hostile lengths', () => {
  test.each([
    ['negative', [0xff, 0xff, 0xff, 0xff, 0x0f], 'BYTES_NEGATIVE_LENGTH'],
    ['2 GiB − 1', [0xff, 0xff, 0xff, 0xff, 0x07], 'BYTES_LIMIT'],
  ])('%s is refused before anything is allocated', (_, bytes, code) => {
    const reader = readerOf([0], bytes);
    reader.u8();
    expect(() => reader.bytes()).toThrow(expect.objectContaining({ code, offset: 1 }));
  });

  test('the limit is the caller’s to set', () => {
    const reader = new ByteReader({ maxArrayBytes: 3 });
    reader.push(Uint8Array.of(3, 1, 2, 3, 4));
    expect(reader.bytes()).toHaveLength(3);
    expect(() => reader.bytes()).toThrow('4 bytes announced, at most 3 allowed at offset 4, near 04');
  });

  test('nothing may reach past the end that was set', () => {
    const reader = readerOf([3, 1, 2, 3]);
    reader.stopBefore(3);
    expect(reader.allowance).toBe(3);
    expect(() => reader.bytes()).toThrow(expect.objectContaining({ code: 'BYTES_LIMIT' }));
  });

  test('counts are refused where so many elements cannot come', () => {
    const reader = readerOf([10, 10, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    reader.stopBefore(21);
    expect(reader.count(2)).toBe(10);
    expect(() => reader.count(2)).toThrow(expect.objectContaining({ code: 'BYTES_LIMIT', offset: 1 }));
    expect(() => reader.count(0)).toThrow(expect.objectContaining({ code: 'BYTES_NEGATIVE_LENGTH' }));
  });

  test('counts are refused past a limit of their own', () => {
    const reader = new ByteReader({ maxCount: 3 });
    reader.push(Uint8Array.of(3, 4));
    expect(reader.count(2)).toBe(3);
    expect(() => reader.count(2)).toThrow('4 elements announced, at most 3 allowed at offset 1, near 04');
  });

  test.each([-1, 1.5, 2 ** 31])('%d is no limit', (limit) => {
    const range = expect.objectContaining({ code: 'BYTES_RANGE' });
    expect(() => new ByteReader({ maxArrayBytes: limit })).toThrow(range);
    expect(() => new ByteReader({ maxCount: limit })).toThrow(range);
  });
});

test('detached bytes survive the memory they came in', () => {
  const memory = Uint8Array.of(2, 65, 66, 1, 67);
  const reader = new ByteReader();
  reader.push(memory.subarray(0, 2));
  reader.push(memory.subarray(2, 4));
  expect(reader.u8()).toBe(2);
  reader.detach();
  memory.fill(0);
  expect([reader.u8(), reader.u8(), reader.u8()]).toEqual([65, 66, 1]);
  expect(reader.position).toBe(4);
  reader.detach();
  reader.push(Uint8Array.of(9));
  expect(reader.u8()).toBe(9);
  expect(reader.position).toBe(5);
});

test('a window shows the current chunk, and skip goes on in it', () => {
  const reader = readerOf([1, 2], [3]);
  expect(reader.window()).toEqual({ chunk: Uint8Array.of(1, 2), at: 0 });
  reader.skip(2);
  expect(reader.window()).toEqual({ chunk: Uint8Array.of(3), at: 0 });
  expect(() => reader.skip(2)).toThrow(BytesError);
});

test('errors are recognised across copies of the package', () => {
  expect(BytesError.is(Object.assign(new Error(), { [Symbol.for('@kvtwin/bytes/BytesError')]: true }))).toBe(
    true,
  );
  expect(BytesError.is(new Error())).toBe(false);
});
