import { ByteWriter, parseHex, toHex } from '@kvtwin/bytes';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_EXPIRATION,
  encodeRequest,
  NO_EXPIRATION,
  OCTET_STREAM,
  type OperationDefinition,
  operations,
  PreparedHeader,
  type ProtocolVersion,
  RequestDecoder,
  RequestFlag,
  type RequestHeaderInput,
} from './index.js';

const key = parseHex('6b31');
const value = parseHex('7631');

function put(version: ProtocolVersion): string {
  const writer = new ByteWriter();
  const request = { key, value, expiration: DEFAULT_EXPIRATION };
  encodeRequest(writer, operations.put, { messageId: 3, version, cacheName: 'loc' }, request);
  return toHex(writer.take());
}

describe('the put of the documents', () => {
  test.each<[ProtocolVersion, string]>([
    ['2.0', 'a0031401036c6f630601ffffffff0f026b310000027631'],
    ['2.2', 'a0031601036c6f630001ffffffff0f026b3177027631'],
    ['2.8', 'a0031c01036c6f630001ffffffff0f0000026b3177027631'],
    ['3.0', 'a0031e01036c6f630001ffffffff0f0000026b3177027631'],
    ['4.1', 'a0032901036c6f630001ffffffff0f000000026b3177027631'],
  ])('in %s is %s', (version, hex) => {
    expect(put(version)).toBe(hex);
  });
});

test('before 2.2 a default duration is said by its flag, an infinite one by 0', () => {
  const writer = new ByteWriter();
  const header = { messageId: 1, version: '2.1', flags: RequestFlag.SKIP_INDEXING } as const;
  const expiration = {
    lifespan: { unit: 'milliseconds', amount: 1500 },
    maxIdle: { unit: 'default' },
  } as const;
  encodeRequest(writer, operations.put, header, { key, value, expiration });
  encodeRequest(writer, operations.put, header, { key, value });
  const decoder = new RequestDecoder();
  decoder.push(writer.take());
  expect(decoder.next()).toMatchObject({
    header: { flags: RequestFlag.SKIP_INDEXING | RequestFlag.DEFAULT_MAX_IDLE },
    request: {
      expiration: { lifespan: { unit: 'seconds', amount: 2 }, maxIdle: { unit: 'seconds', amount: 0 } },
    },
  });
  expect(decoder.next()).toMatchObject({ header: { flags: RequestFlag.SKIP_INDEXING } });
});

describe('operations that a version does not have', () => {
  test.each<[OperationDefinition, ProtocolVersion, object]>([
    [operations.getAll, '2.0', { keys: [] }],
    [operations.putAll, '2.0', { entries: [] }],
    [operations.iterationStart, '2.2', { batchSize: 1 }],
    [operations.iterationNext, '2.2', { iterationId: '1' }],
    [operations.iterationEnd, '2.2', { iterationId: '1' }],
  ])('%o in %s', (operation, version, request) => {
    const writer = new ByteWriter().u8(7);
    expect(() => encodeRequest(writer, operation, { messageId: 1, version }, request)).toThrow(
      expect.objectContaining({ code: 'HOTROD_UNSUPPORTED', operation: operation.name, messageId: 1 }),
    );
    expect(writer.length).toBe(1);
    encodeRequest(writer, operation, { messageId: 1, version }, request, { anyVersion: true });
    expect(writer.length).toBeGreaterThan(10);
  });

  test('a version that is none', () => {
    const header = { messageId: 1, version: '5.0' as ProtocolVersion };
    expect(() => encodeRequest(new ByteWriter(), operations.ping, header, {})).toThrow(
      expect.objectContaining({ code: 'HOTROD_UNSUPPORTED' }),
    );
  });
});

describe('mistakes leave the writer as it was', () => {
  test.each<[string, OperationDefinition, object]>([
    ['a missing value', operations.put, { key }],
    ['a version beyond 64 bits', operations.removeIfUnmodified, { key, entryVersion: 2n ** 64n }],
    [
      'a unit that is none',
      operations.put,
      { key, value, expiration: { lifespan: { unit: 'weeks', amount: 1 }, maxIdle: { unit: 'default' } } },
    ],
    ['a fraction of an entry', operations.iterationStart, { batchSize: 1.5 }],
    [
      '256 parameters',
      operations.iterationStart,
      { batchSize: 1, factory: 'f', parameters: Array(256).fill(key) },
    ],
  ])('%s', (_, operation, request) => {
    const writer = new ByteWriter().u8(7);
    expect(() => encodeRequest(writer, operation, { messageId: 9, version: '3.0' }, request)).toThrow(
      expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT', operation: operation.name, messageId: 9 }),
    );
    expect(toHex(writer.take())).toBe('07');
  });
});

describe('the header written by hand', () => {
  test.each<[string, object]>([
    ['nothing but what must be', {}],
    [
      'everything',
      {
        cacheName: 'größe',
        flags: 0xffff_ffff,
        intelligence: 3,
        topologyId: -220779250,
        keyMediaType: OCTET_STREAM,
        valueMediaType: { definition: 'custom', name: 'a/b', parameters: [{ name: 'c', value: 'd' }] },
        parameters: [{ name: 'traceparent', value: key }],
      },
    ],
  ])('is read back by the definition: %s', (_, more) => {
    for (const version of ['2.0', '2.8', '4.1'] as const) {
      const writer = new ByteWriter();
      const header = { messageId: 2n ** 60n, version, ...more };
      encodeRequest(writer, operations.get, header, { key });
      const frame = writer.take();
      const decoder = new RequestDecoder();
      decoder.push(frame);
      const read = decoder.next()?.header;
      const prepared = Object.assign(new PreparedHeader(header), { messageId: header.messageId });
      const again = new ByteWriter();
      encodeRequest(again, operations.get, prepared, { key });
      expect(toHex(again.take()), 'prepared').toBe(toHex(frame));
      const { keyMediaType, valueMediaType, parameters, ...always } = header as Record<string, unknown>;
      expect(read).toMatchObject({
        ...always,
        ...(version >= '2.8' && keyMediaType ? { keyMediaType, valueMediaType } : {}),
        ...(version >= '4.0' && parameters ? { parameters } : {}),
      });
      expect(decoder.available).toBe(0);
    }
  });
});

test('no expiration is never: 88', () => {
  const writer = new ByteWriter();
  encodeRequest(writer, operations.putAll, { messageId: 1, version: '3.0' }, { entries: [] });
  encodeRequest(
    writer,
    operations.putAll,
    { messageId: 1, version: '3.0' },
    { entries: [], expiration: NO_EXPIRATION },
  );
  const hex = toHex(writer.take());
  expect(hex.endsWith('8800')).toBe(true);
  expect(hex.slice(0, hex.length / 2)).toBe(hex.slice(hex.length / 2));
});

describe('requests written by hand', () => {
  const array = (length: number): Uint8Array =>
    Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
  const infinite = { unit: 'infinite' } as const;
  const expirations = [
    undefined,
    DEFAULT_EXPIRATION,
    { lifespan: infinite, maxIdle: { unit: 'default' } },
    { lifespan: { unit: 'milliseconds', amount: 1 }, maxIdle: infinite },
  ] as const;
  const ids = [0, 127, 128, 16_383, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 5n];
  const lengths = [0, 1, 3, 4, 48, 49, 127, 128, 300, 16_383, 16_384];

  function byHand(given: unknown, header: RequestHeaderInput, request: object): void {
    const operation = given as OperationDefinition<object>;
    const plain = new ByteWriter().u8(9);
    const prepared = new ByteWriter({ capacity: 1 }).u8(9);
    encodeRequest(plain, operation, header, request);
    const { messageId, ...rest } = header;
    encodeRequest(prepared, operation, Object.assign(new PreparedHeader(rest), { messageId }), request);
    expect(toHex(prepared.take())).toBe(toHex(plain.take()));
  }

  test.each(['get', 'getWithMetadata', 'containsKey', 'remove'] as const)('%s, as the definition', (name) => {
    for (const version of ['2.0', '2.2', '2.8', '4.1'] as const) {
      for (const messageId of ids) {
        for (const length of lengths) {
          byHand(operations[name], { messageId, version, cacheName: 'c' }, { key: array(length) });
        }
      }
    }
  });

  test.each(['put', 'putIfAbsent', 'replace'] as const)('%s, as the definition', (name) => {
    for (const version of ['2.0', '2.1', '2.2', '4.1'] as const) {
      for (const expiration of expirations) {
        for (const length of lengths) {
          const request = { key: array(16), value: array(length), expiration };
          byHand(operations[name], { messageId: 77_777, version, flags: 1 }, request);
        }
      }
    }
  });

  test('what cannot be written is refused as the definition does', () => {
    const header = Object.assign(new PreparedHeader({ version: '4.1' }), { messageId: 3 });
    const writer = new ByteWriter();
    expect(() => encodeRequest(writer, operations.get, header, {} as never)).toThrow(
      expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT' }),
    );
    expect(writer.length).toBe(0);
  });
});
