import { ByteWriter, parseHex } from '@kvtwin/bytes';
import { chunkings } from '@kvtwin/testkit';
import { describe, expect, test } from 'vitest';
import {
  encodeError,
  encodeResponse,
  hadPreviousEntry,
  isObjectStorageStatus,
  type MessageId,
  NO_PREVIOUS_VALUE,
  type OperationDefinition,
  operations,
  type ProtocolVersion,
  type PutReply,
  ResponseDecoder,
  type ResponseMessage,
} from './index.js';

function decode(
  hex: string,
  operation: OperationDefinition,
  version: ProtocolVersion = '3.0',
  intelligence = 1,
): ResponseMessage[] {
  const decoder = new ResponseDecoder({
    pendingOf: (id: MessageId) => (id === 5 ? { operation, version, intelligence } : undefined),
  });
  decoder.push(parseHex(hex));
  const messages: ResponseMessage[] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
    messages.push(next);
  }
  expect(decoder.isMidMessage).toBe(false);
  return messages;
}

describe('errors', () => {
  test.each([
    ['the error opcode', 'a1 05 50 85 00 02 6e6f', 0x50],
    ['any opcode with a status from 0x80 on', 'a1 05 04 85 00 02 6e6f', 0x04],
  ])('are told by %s', (_, hex, opcode) => {
    expect(decode(hex, operations.get)).toMatchObject([
      {
        kind: 'error',
        messageId: 5,
        opcode,
        status: 0x85,
        message: 'no',
        pending: { operation: operations.get },
      },
    ]);
  });

  test('may belong to no request', () => {
    const [stray] = decode('a1 00 50 81 00 02 6e6f', operations.get);
    expect(stray).toMatchObject({ kind: 'error', messageId: 0, status: 0x81 });
    expect(stray).not.toHaveProperty('pending');
  });

  test('are written with an error status only', () => {
    expect(() => encodeError(new ByteWriter(), { messageId: 1, status: 0x05, message: '' })).toThrow(
      expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT' }),
    );
  });
});

describe('what cannot be understood ends the stream', () => {
  test.each([
    ['a reply to nobody', 'a1 06 04 02 00', 'HOTROD_UNKNOWN_MESSAGE_ID'],
    ['the reply of another operation', 'a1 05 02 00 00', 'HOTROD_UNEXPECTED_OPCODE'],
    ['a status that the operation does not have', 'a1 05 04 01 00', 'HOTROD_UNEXPECTED_STATUS'],
    ['a status that there is not', 'a1 05 04 09 00', 'HOTROD_UNEXPECTED_STATUS'],
    ['an object storage status in 3.0', 'a1 05 04 06 00 00', 'HOTROD_UNEXPECTED_STATUS'],
    ['another first byte', 'a0 05 04 00 00', 'HOTROD_BAD_MAGIC'],
    ['a topology marker of 2', 'a1 05 04 00 02', 'HOTROD_MALFORMED'],
    ['a topology on an error of nobody', 'a1 00 50 81 01', 'HOTROD_MALFORMED'],
    ['an unknown event marker', 'a1 00 60 00 00 01 09 03', 'HOTROD_MALFORMED'],
    ['a time before all clocks', 'a1 05 1c 00 00 02 8000000000000000', 'HOTROD_MALFORMED'],
  ])('%s', (_, hex, code) => {
    const operation =
      code === 'HOTROD_MALFORMED' && hex.includes('1c') ? operations.getWithMetadata : operations.get;
    const decoder = new ResponseDecoder({
      pendingOf: (id: MessageId) => (id === 5 ? { operation, version: '3.0', intelligence: 1 } : undefined),
    });
    decoder.push(parseHex(hex));
    const failure = expect.objectContaining({ code, close: true });
    expect(() => decoder.next()).toThrow(failure);
    decoder.push(parseHex('a1 05 04 02 00'));
    expect(() => decoder.next(), 'for good').toThrow(failure);
  });
});

describe('object storage, 2.4 to 2.8', () => {
  test.each<[ProtocolVersion, number]>([
    ['2.3', 0x03],
    ['2.4', 0x07],
    ['2.8', 0x07],
    ['2.9', 0x03],
  ])('in %s a put with a previous value has status %d', (version, status) => {
    const writer = new ByteWriter();
    const reply: PutReply = { outcome: 'ok-with-previous', previous: { value: Uint8Array.of(1) } };
    encodeResponse(writer, operations.put, { messageId: 5, objectStorage: true }, reply, { version });
    const bytes = writer.take();
    expect(bytes[3]).toBe(status);
    const decoder = new ResponseDecoder({
      pendingOf: () => ({ operation: operations.put, version, intelligence: 1 }),
    });
    decoder.push(bytes);
    expect(decoder.next()).toMatchObject({ status, reply });
    expect(isObjectStorageStatus(status)).toBe(status === 0x07);
  });
});

describe('topology', () => {
  const servers = [
    { host: '127.0.0.1', port: 40000 },
    { host: '::1', port: 11222 },
  ];

  test.each([
    [2, 'a105040201 f4a4c29b06 02 09 3132372e302e302e31 9c40 03 3a3a31 2bd6', undefined],
    [
      3,
      'a105040201 f4a4c29b06 02 09 3132372e302e302e31 9c40 03 3a3a31 2bd6 03 02 02 00 01 01 01',
      { functionVersion: 3, segmentCount: 2, owners: [[0, 1], [1]] },
    ],
    [
      3,
      'a105040201 f4a4c29b06 02 09 3132372e302e302e31 9c40 03 3a3a31 2bd6 00 00',
      { functionVersion: 0, segmentCount: 0, owners: [] },
    ],
  ])('is laid out for intelligence %d', (intelligence, hex, hash) => {
    const [reply] = decode(hex, operations.get, '3.0', intelligence);
    expect(reply).toMatchObject({
      topology: { topologyId: 1668321908, servers },
      reply: { outcome: 'absent' },
    });
    expect((reply as { topology?: { hash?: unknown } }).topology?.hash).toEqual(hash);
  });

  test('ids may be negative', () => {
    expect(decode('a105040201 8edadc960f 00', operations.get, '3.0', 2)).toMatchObject([
      { topology: { topologyId: -220779250 } },
    ]);
  });
});

describe('previous values', () => {
  test('from 4.0 no entry is told from an empty one', () => {
    const [none] = decode('a105020300 03 ffffffffffffffff 00', operations.put, '4.0');
    const [empty] = decode('a105020300 03 0000000000000007 00', operations.put, '4.0');
    const previousOf = (message: ResponseMessage | undefined) =>
      ((message as { reply: unknown }).reply as Extract<PutReply, { outcome: 'ok-with-previous' }>).previous;
    expect(previousOf(none)).toEqual(NO_PREVIOUS_VALUE);
    expect(hadPreviousEntry(previousOf(none))).toBe(false);
    expect(hadPreviousEntry(previousOf(empty))).toBe(true);
    expect(hadPreviousEntry({ value: new Uint8Array(0) })).toBe('unknown');
    expect(hadPreviousEntry({ value: Uint8Array.of(1) })).toBe(true);
  });
});

test('iterations before 2.4 have projections where the pending request says so', () => {
  const batch = parseHex('a105340000 00 01 02 016b 0131 0132');
  const pending = {
    operation: operations.iterationNext,
    version: '2.3',
    intelligence: 1,
    projections: true,
  } as const;
  for (const { chunks } of chunkings(batch)) {
    const decoder = new ResponseDecoder({ pendingOf: () => pending });
    let message: ResponseMessage | undefined;
    for (const chunk of chunks) {
      decoder.push(chunk);
      message ??= decoder.next();
    }
    const entries = [{ key: parseHex('6b'), values: [parseHex('31'), parseHex('32')] }];
    expect(message).toMatchObject({ reply: { entries } });
    const writer = new ByteWriter();
    const reply = { outcome: 'ok', finishedSegments: new Uint8Array(0), entries } as const;
    encodeResponse(writer, operations.iterationNext, { messageId: 5 }, reply, pending);
    expect(writer.take()).toEqual(batch);
    expect(() =>
      encodeResponse(writer, operations.iterationNext, { messageId: 5 }, reply, { version: '2.3' }),
    ).toThrow('room for exactly one value');
  }
});

test('outcomes that an operation does not have are not written', () => {
  const reply = { outcome: 'not-executed' } as never;
  expect(() =>
    encodeResponse(new ByteWriter(), operations.get, { messageId: 1 }, reply, { version: '3.0' }),
  ).toThrow(expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT' }));
});

test('a reused read buffer is safe once what is unread was detached', () => {
  const buffer = new Uint8Array(64);
  const decoder = new ResponseDecoder({
    pendingOf: () => ({ operation: operations.get, version: '3.0', intelligence: 1 }),
  });
  const frame = parseHex('a105040000 03 616263 a106040000 03 646566');
  const values: string[] = [];
  for (const [from, to] of [
    [0, 3],
    [3, 12],
    [12, 18],
  ] as const) {
    buffer.set(frame.subarray(from, to));
    decoder.push(buffer.subarray(0, to - from));
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
      values.push(
        new TextDecoder().decode(((next as { reply: unknown }).reply as { value: Uint8Array }).value),
      );
    }
    decoder.detach();
    buffer.fill(0xee);
  }
  expect(values).toEqual(['abc', 'def']);
});
