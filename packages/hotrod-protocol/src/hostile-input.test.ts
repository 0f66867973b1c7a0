import { ByteWriter } from '@kvtwin/bytes';
import { hotRodExchanges, seededRandom } from '@kvtwin/testkit';
import { describe, expect, test } from 'vitest';
import {
  decodeExchange,
  encodeRequest,
  encodeResponse,
  exchangeView,
  type GetAllReply,
  type GetReply,
  HotRodProtocolError,
  type OperationDefinition,
  operations,
  type ReplyMessage,
  RequestDecoder,
  ResponseDecoder,
  type ResponseMessage,
} from './index.js';

const VERSION = '4.1';
const CHUNK = 64 * 1024;

function decoderFor(operation: OperationDefinition): ResponseDecoder {
  return new ResponseDecoder({ pendingOf: () => ({ operation, version: VERSION, intelligence: 3 }) });
}

function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

function decodeIn(decoder: ResponseDecoder, chunks: Iterable<Uint8Array>): ResponseMessage[] {
  const messages: ResponseMessage[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
      messages.push(message);
    }
  }
  return messages;
}

describe('big replies are read in linear work', () => {
  test('a value of 64 MiB is copied once and entered twice', () => {
    const size = 64 * 1024 * 1024;
    const head = new ByteWriter()
      .raw(Uint8Array.of(0xa1, 7, 0x04, 0, 0))
      .vInt(size)
      .take();
    const body = new Uint8Array(CHUNK).fill(0x5a);
    const decoder = decoderFor(operations.get);
    const messages = decodeIn(decoder, [head, ...Array<Uint8Array>(size / CHUNK).fill(body)]);
    const { value } = (messages[0] as ReplyMessage).reply as GetReply & { value: Uint8Array };
    expect(value.length).toBe(size);
    expect([value[0], value[size - 1]]).toEqual([0x5a, 0x5a]);
    expect(decoder.counters).toEqual({ bytesCopied: size, reentries: 1 });
  });

  test('a getAll of 50,000 entries copies each byte once and is entered once per chunk at most', () => {
    const entries = Array.from({ length: 50_000 }, (_, index) => ({
      key: new TextEncoder().encode(`key-${index}`),
      value: new Uint8Array(100).fill(index),
    }));
    const writer = new ByteWriter();
    encodeResponse(
      writer,
      operations.getAll,
      { messageId: 7 },
      { outcome: 'ok', entries },
      { version: VERSION },
    );
    const frame = writer.take();
    const payload = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    for (const size of [1024, CHUNK]) {
      const decoder = decoderFor(operations.getAll);
      const chunks = chunksOf(frame, size);
      const messages = decodeIn(decoder, chunks);
      expect(((messages[0] as ReplyMessage).reply as GetAllReply).entries).toHaveLength(50_000);
      expect(decoder.counters.bytesCopied).toBe(payload);
      expect(decoder.counters.reentries).toBeLessThanOrEqual(chunks.length);
    }
  });

  test('a request of 8 MiB is copied once', () => {
    const value = new Uint8Array(8 * 1024 * 1024);
    const writer = new ByteWriter();
    encodeRequest(
      writer,
      operations.put,
      { messageId: 7, version: VERSION },
      { key: new Uint8Array(3), value },
    );
    const decoder = new RequestDecoder();
    let requests = 0;
    for (const chunk of chunksOf(writer.take(), CHUNK)) {
      decoder.push(chunk);
      requests += decoder.next() === undefined ? 0 : 1;
    }
    expect(requests).toBe(1);
    expect(decoder.counters.bytesCopied).toBeLessThan(value.length + 100);
    expect(decoder.counters.reentries).toBe(1);
  });

  test('byte by byte, a message is entered once per field, not once per byte', () => {
    const writer = new ByteWriter();
    const reply: GetReply = { outcome: 'ok', value: new Uint8Array(5000) };
    encodeResponse(writer, operations.get, { messageId: 7 }, reply, { version: VERSION });
    const decoder = decoderFor(operations.get);
    expect(decodeIn(decoder, chunksOf(writer.take(), 1))).toHaveLength(1);
    expect(decoder.counters.reentries).toBeLessThan(10);
  });
});

describe('what is announced is not allocated', () => {
  const huge = new ByteWriter().vInt(0x7fff_ffff).take();

  test.each<[string, OperationDefinition, number[]]>([
    ['a value of 2 GiB', operations.get, [0xa1, 7, 0x04, 0, 0]],
    ['2^31 entries', operations.getAll, [0xa1, 7, 0x30, 0, 0]],
    ['2^31 statistics', operations.stats, [0xa1, 7, 0x16, 0, 0]],
    ['a batch of 2^31 entries', operations.iterationNext, [0xa1, 7, 0x34, 0, 0, 0]],
    ['a text of 2 GiB', operations.iterationStart, [0xa1, 7, 0x32, 0, 0]],
    ['an error text of 2 GiB', operations.get, [0xa1, 7, 0x50, 0x85, 0]],
    ['2^31 values of a multimap', operations.multimapGet, [0xa1, 7, 0x68, 0, 0]],
    ['2^31 names of counters', operations.counterGetNames, [0xa1, 7, 0x65, 0, 0]],
    ['2^31 transactions', operations.fetchTransactionsInDoubt, [0xa1, 7, 0x7c, 0, 0]],
    ['a bulk key of 2 GiB', operations.bulkGetKeys, [0xa1, 7, 0x1e, 0, 0, 1]],
    ['a listener id of 2 GiB in an event', operations.get, [0xa1, 0, 0x60, 0, 0]],
    ['a counter name of 2 GiB in an event', operations.get, [0xa1, 0, 0x66, 0, 0]],
    ['2^31 segments', operations.get, [0xa1, 7, 0x04, 0, 1, 5, 1, 0, 0, 1, 3]],
    ['2^31 servers', operations.get, [0xa1, 7, 0x04, 0, 1, 5]],
  ])('%s in a reply', (_, operation, head) => {
    const decoder = decoderFor(operation);
    decoder.push(Uint8Array.from(head));
    decoder.push(huge);
    expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'HOTROD_LIMIT', close: true }));
    expect(decoder.counters.bytesCopied).toBe(0);
  });

  test.each<[string, number, number[]]>([
    ['a key of 2 GiB', 0x03, []],
    ['2^31 keys', 0x2f, []],
    ['2^31 entries', 0x2d, [0x88]],
    ['an iteration id of 2 GiB', 0x33, []],
    ['a listener id of 2 GiB', 0x25, []],
    ['a chunk of 2 GiB', 0x39, [0, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['2^31 modifications', 0x3b, [2, 0, 0, 0]],
  ])('%s in a request', (_, opcode, body) => {
    const decoder = new RequestDecoder();
    decoder.push(Uint8Array.from([0xa0, 7, 41, opcode, 0, 0, 1, 0, 0, 0, 0, ...body]));
    decoder.push(huge);
    expect(() => decoder.next()).toThrow(
      expect.objectContaining({ code: 'HOTROD_LIMIT', close: true, answer: { status: 0x84, messageId: 7 } }),
    );
  });

  test.each([
    [100, 'HOTROD_LIMIT'],
    [200, undefined],
  ])('a value of 150 bytes with a limit of %d: %s', (maxArrayBytes, code) => {
    const writer = new ByteWriter();
    const reply: GetReply = { outcome: 'ok', value: new Uint8Array(150) };
    encodeResponse(writer, operations.get, { messageId: 7 }, reply, { version: VERSION });
    const pending = { operation: operations.get, version: VERSION, intelligence: 1 } as const;
    const decoder = new ResponseDecoder({ pendingOf: () => pending, limits: { maxArrayBytes } });
    decoder.push(writer.take());
    if (code === undefined) {
      expect(decoder.next()).toMatchObject({ reply });
    } else {
      expect(() => decoder.next()).toThrow(expect.objectContaining({ code }));
    }
  });

  test.each<[string, OperationDefinition, number[]]>([
    ['a reply', operations.getAll, [0x30, 0, 0]],
    ['a topology', operations.get, [0x04, 0, 1, 5]],
  ])(
    'more elements than a process has room for, though their bytes would fit (%s)',
    (_, operation, begin) => {
      const pending = { operation, version: VERSION, intelligence: 3 } as const;
      const decoder = new ResponseDecoder({ pendingOf: () => pending });
      // 2,097,152 elements
      decoder.push(Uint8Array.from([0xa1, 7, ...begin, 0x80, 0x80, 0x80, 0x01]));
      expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'HOTROD_LIMIT', close: true }));
    },
  );

  test('a list that does not tell its length may not go on for ever', () => {
    const pending = { operation: operations.bulkGetKeys, version: VERSION, intelligence: 3 } as const;
    const decoder = new ResponseDecoder({ pendingOf: () => pending, limits: { maxElements: 3 } });
    decoder.push(
      Uint8Array.from([0xa1, 7, operations.bulkGetKeys.replyOpcode, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0]),
    );
    expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'HOTROD_LIMIT' }));
  });

  test('a request that grows past its limit entry by entry is refused', () => {
    const writer = new ByteWriter();
    const entries = Array.from({ length: 20 }, () => ({
      key: new Uint8Array(10),
      value: new Uint8Array(10),
    }));
    encodeRequest(writer, operations.putAll, { messageId: 7, version: VERSION }, { entries });
    const decoder = new RequestDecoder({ limits: { maxMessageBytes: 200 } });
    decoder.push(writer.take());
    expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'HOTROD_LIMIT' }));
  });
});

describe('bytes of no meaning', () => {
  test('random ones never hang a decoder and never give an untyped error', () => {
    const random = seededRandom(11);
    const all = Object.values(operations) as OperationDefinition[];
    for (let run = 0; run < 4000; run++) {
      const bytes = Uint8Array.from({ length: random.integer(1, 60) }, () => random.integer(0, 255));
      const operation = all[random.integer(0, all.length - 1)] as OperationDefinition;
      const isRequest = run % 2 === 0;
      bytes[0] = isRequest ? 0xa0 : 0xa1;
      bytes[1] = 1;
      if (isRequest) {
        bytes[2] = random.integer(20, 41);
        bytes[3] = operation.requestOpcode;
      } else {
        bytes[2] = random.integer(0, 5) === 0 ? random.integer(0x60, 0x66) : operation.replyOpcode;
        bytes[3] = random.integer(0, 5);
        bytes[4] = random.integer(0, 1);
      }
      const decoder = isRequest
        ? new RequestDecoder()
        : new ResponseDecoder({
            pendingOf: () => ({ operation, version: run % 3 === 0 ? '2.0' : '4.1', intelligence: run % 4 }),
          });
      drain(decoder, bytes);
    }
  });

  test('recorded messages with one bit flipped never give an untyped error', () => {
    const random = seededRandom(12);
    const rows = hotRodExchanges().filter(
      ({ request, response }) => request.length > 0 && response.length > 0,
    );
    for (let run = 0; run < 3000; run++) {
      const row = rows[random.integer(0, rows.length - 1)] as (typeof rows)[number];
      const [request, response] = [row.request.slice(), row.response.slice()];
      const victim = run % 2 === 0 ? request : response;
      const at = random.integer(0, victim.length - 1);
      victim[at] = (victim[at] as number) ^ (1 << random.integer(0, 7));
      expect(JSON.stringify(exchangeView(decodeExchange(request, response)))).toBeTypeOf('string');
    }
  });
});

function drain(decoder: RequestDecoder | ResponseDecoder, bytes: Uint8Array): void {
  try {
    for (const byte of bytes) {
      decoder.push(Uint8Array.of(byte));
      for (let turns = 0; decoder.next() !== undefined; turns++) {
        expect(turns).toBeLessThan(bytes.length);
      }
    }
  } catch (thrown) {
    if (!HotRodProtocolError.is(thrown)) {
      throw thrown;
    }
  }
}
