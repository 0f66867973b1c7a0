import { ByteReader, ByteWriter } from '@kvtwin/bytes';
import { type HotRodExchange, hotRodExchanges, toHex } from '@kvtwin/testkit';
import { describe, expect, test } from 'vitest';
import {
  decodeExchange,
  encodeRequest,
  HotRodProtocolError,
  type MessageId,
  operations,
  RequestDecoder,
} from './index.js';

/**
 * What a server makes of each recorded request that is not as it should be; hotrod.md §22, "recommended for a new server".
 * `error code, status, message id (= as sent), close or stay` | `waits` | `decodes, then the fields that matter`.
 */
const TABLE: Readonly<Record<string, string>> = {
  'bad magic 0xA2 after a good request': 'HOTROD_BAD_MAGIC 0x81 #0 close',
  'rest of the value arrives': 'HOTROD_BAD_MAGIC 0x81 #0 close',
  'HTTP GET on the single port': 'HOTROD_BAD_MAGIC 0x81 #0 close',
  'first byte 0x99': 'HOTROD_BAD_MAGIC 0x81 #0 close',
  'unknown opcode 0x00': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x02': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x45': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x50': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x60': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x7e': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x80': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0x99': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0xf0': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode 0xff': 'HOTROD_UNKNOWN_OPERATION 0x82 #= stay',
  'unknown opcode with extra body bytes': 'HOTROD_UNKNOWN_OPERATION 0x82 #= close',
  'ping with version byte 0': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 1': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 9': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 10': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 13': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 19': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 42': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 50': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 99': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 127': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 128 (signed negative)': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 200 (signed negative)': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'ping with version byte 255 (signed negative)': 'HOTROD_UNKNOWN_VERSION 0x83 #= close',
  'time unit 9 (invalid)': 'HOTROD_MALFORMED 0x84 #= close',
  'truncated put (server waits)': 'waits for 97',
  'request split byte by byte (first half)': 'waits for 1',
  'overlong vInt key length (6 bytes, value 1)': 'HOTROD_MALFORMED 0x84 #= close',
  'overlong vLong message id': 'HOTROD_MALFORMED 0x84 #0 close',
  'negative key length (vInt 0xFFFFFFFF)': 'HOTROD_MALFORMED 0x84 #= close',
  'huge key length 0x7fffffff (server waits)': 'HOTROD_LIMIT 0x84 #= close',
  'put announcing an 11 MiB value (default max-content-length is 10MB): connection closed without reply':
    'HOTROD_LIMIT 0x84 #= close',
  'unknown cache (get)': 'get #= cache "nosuch" flags 0 intelligence 1',
  'default cache when none configured': 'get #= cache "" flags 0 intelligence 1',
  'ping unknown cache': 'ping #= cache "nosuch" flags 0 intelligence 1',
  'private internal cache': 'get #= cache "___hotRodTopologyCache_hotrod-default" flags 0 intelligence 1',
  'invalid UTF-8 in cache name': 'get #= cache "\ufffd\ufffd\ufffd" flags 0 intelligence 1, not as sent',
  'message id 2^63-1': 'ping #= cache "loc" flags 0 intelligence 1',
  'message id -1 (10 byte vLong)': 'ping #= cache "loc" flags 0 intelligence 1',
  'message id 0': 'ping #= cache "loc" flags 0 intelligence 1',
  'two pipelined requests in one segment':
    'get #= cache "loc" flags 0 intelligence 1; ping #+1 cache "loc" flags 0 intelligence 1',
  'client intelligence 0': 'ping #= cache "loc" flags 0 intelligence 0',
  'client intelligence 9': 'ping #= cache "loc" flags 0 intelligence 9',
  'unknown flag bits 0xFFFF on get': 'get #= cache "loc" flags 65535 intelligence 1',
};

/** Names an id by the one that was sent: the recordings of two versions differ in nothing else. */
function idLabel(id: MessageId | undefined, bytes: Uint8Array): string {
  const reader = new ByteReader();
  reader.push(bytes.subarray(1));
  let sent: MessageId | undefined;
  try {
    sent = bytes[0] === 0xa0 ? reader.vLong() : undefined;
  } catch {
    sent = undefined;
  }
  return id === sent ? '#=' : id === Number(sent) + 1 ? '#+1' : `#${id}`;
}

/** What comes out of a server's decoder that already took one good request. */
function outcome(bytes: Uint8Array): string {
  const decoder = new RequestDecoder();
  const good = new ByteWriter();
  encodeRequest(good, operations.ping, { messageId: 1, version: '3.0' }, {});
  decoder.push(good.take());
  decoder.next();
  decoder.push(bytes);
  const requests: string[] = [];
  const again = new ByteWriter();
  try {
    for (let message = decoder.next(); message !== undefined; message = decoder.next()) {
      const { header, operation, request } = message;
      encodeRequest(again, operation, header, request, { anyVersion: true });
      requests.push(
        `${operation.name} ${idLabel(header.messageId, bytes)} cache ${JSON.stringify(header.cacheName)} ` +
          `flags ${header.flags} intelligence ${header.intelligence}`,
      );
    }
  } catch (thrown) {
    const { code, answer, close } = thrown as HotRodProtocolError;
    expect(HotRodProtocolError.is(thrown)).toBe(true);
    return `${code} 0x${answer?.status.toString(16)} ${idLabel(answer?.messageId, bytes)} ${close ? 'close' : 'stay'}`;
  }
  if (decoder.isMidMessage) {
    return `waits for ${decoder.missing}`;
  }
  return requests.join('; ') + (toHex(again.take()) === toHex(bytes) ? '' : ', not as sent');
}

const rows = hotRodExchanges().filter(
  ({ seq, name }) =>
    (seq.startsWith('malformed-') || seq === 'limits') && !/^ping (first|after|ok)/.test(name),
);

describe('each request that is not as it should be is met as documented', () => {
  test.each(rows.map((row) => [`${row.seq}: ${row.name}`, row] as const))('%s', (_, row: HotRodExchange) => {
    expect(TABLE[row.name], 'the table has a row for it').toBeDefined();
    expect(outcome(row.request)).toBe(TABLE[row.name]);
  });

  test('the table has no other rows', () => {
    expect(Object.keys(TABLE).filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
  });
});

test('the requests between them decode and re-encode', () => {
  const between = hotRodExchanges().filter(
    ({ seq, name }) => seq.startsWith('malformed-') && /^ping (first|after|ok)/.test(name),
  );
  expect(between.length).toBe(39);
  for (const row of between) {
    expect(decodeExchange(row.request, row.response), row.name).toMatchObject({
      outcome: 'decoded',
      reencodes: true,
    });
  }
});

test('a connection that begins with anything but 0xA0 is closed without a word', () => {
  const decoder = new RequestDecoder();
  decoder.push(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'));
  const refusal = expect.objectContaining({ code: 'HOTROD_BAD_MAGIC', close: true, answer: undefined });
  expect(() => decoder.next()).toThrow(refusal);
  expect(() => decoder.next(), 'and stays closed').toThrow(refusal);
});

test('after an unknown operation without a body the next request is read', () => {
  const decoder = new RequestDecoder();
  decoder.push(Uint8Array.of(0xa0, 9, 30, 0x99, 0, 0, 1, 0, 0, 0));
  expect(() => decoder.next()).toThrow(
    expect.objectContaining({ answer: { status: 0x82, messageId: 9 }, close: false }),
  );
  expect(decoder.next()).toBeUndefined();
  decoder.push(Uint8Array.of(0xa0, 10, 30, 0x17, 0, 0, 1, 0, 0, 0));
  expect(decoder.next()).toMatchObject({ header: { messageId: 10 } });
});
