import { parseHex } from '@kvtwin/bytes';
import { describe, expect, test } from 'vitest';
import {
  annotatedDump,
  type DecodedExchange,
  decodeExchange,
  describeMessage,
  describeStatus,
  describeValue,
  exchangeView,
  jsonView,
} from './index.js';

function exchange(request: string, response: string): DecodedExchange {
  return decodeExchange(parseHex(request), parseHex(response));
}

const PUT = 'a0 03 1e 01 03 6c6f63 00 01 ffffffff0f 00 00 02 6b31 77 02 7631';
const PUT_REPLY = 'a1 00 60 00 00 01 01 00 00 02 6b31 0000000000000007 a1 03 02 00 00';

describe('an exchange for people', () => {
  const put = exchange(PUT, PUT_REPLY) as DecodedExchange & { outcome: 'decoded' };

  test('in one line each', () => {
    const lines = [put.request, ...put.messages].map(({ message }) => describeMessage(message));
    expect(lines).toEqual([
      '> put #3 (3.0) cache "loc": key "k1", expiration { lifespan default, maxIdle default }, value "v1"',
      '< event created: listenerId 01, commandRetried false, form "plain", key "k1", entryVersion 7',
      '< put #3: 0x00 OK',
    ]);
  });

  test('field by field', () => {
    expect(annotatedDump(parseHex(PUT), put.request.spans)).toBe(
      [
        '00000000  a0                                   magic 0xa0',
        '00000001  03                                   messageId 3',
        '00000002  1e                                   versionByte 30 (3.0)',
        '00000003  01                                   opcode 0x01',
        '00000004  03 6c 6f 63                          header.cacheName "loc"',
        '00000008  00                                   header.flags 0',
        '00000009  01                                   header.intelligence 1',
        '0000000a  ff ff ff ff 0f                       header.topologyId -1',
        '0000000f  00                                   header.keyMediaType.definition 0',
        '00000010  00                                   header.valueMediaType.definition 0',
        '00000011  02 6b 31                             request.key "k1"',
        '00000014  77                                   request.expiration.units 0x77',
        '00000015  02 76 31                             request.value "v1"',
      ].join('\n'),
    );
  });

  test('as JSON', () => {
    expect(exchangeView(put)).toEqual({
      ok: true,
      request: {
        operation: 'put',
        header: {
          messageId: 3,
          version: '3.0',
          cacheName: 'loc',
          flags: 0,
          intelligence: 1,
          topologyId: -1,
          keyMediaType: { definition: 'none' },
          valueMediaType: { definition: 'none' },
        },
        body: {
          key: { hex: '6b31' },
          expiration: { lifespan: { unit: 'default' }, maxIdle: { unit: 'default' } },
          value: { hex: '7631' },
        },
      },
      response: {
        kind: 'reply',
        messageId: 3,
        operation: 'put',
        status: '0x00 OK',
        reply: { outcome: 'ok' },
      },
      events: [
        {
          kind: 'event',
          event: {
            type: 'created',
            messageId: 0,
            listenerId: { hex: '01' },
            commandRetried: false,
            form: 'plain',
            key: { hex: '6b31' },
            entryVersion: '7',
          },
        },
      ],
      reencodes: true,
    });
  });
});

describe('exchanges that cannot be decoded say why', () => {
  test.each<[string, string, string, object]>([
    ['no request', '', PUT_REPLY, { outcome: 'skipped', reason: 'no request' }],
    ['no reply', PUT, '', { outcome: 'skipped', reason: 'no reply' }],
    ['two requests', PUT + PUT, PUT_REPLY, { outcome: 'skipped', reason: 'several requests' }],
    [
      'an operation not known',
      'a0 03 1e 99 00 00 01 00 00 00 00',
      'a1 03 9a 00 00',
      { outcome: 'skipped', reason: 'operation not known' },
    ],
    [
      'bytes behind the request',
      `${PUT} 01`,
      PUT_REPLY,
      { outcome: 'failed', side: 'request', error: { code: 'HOTROD_MALFORMED', offset: 24 } },
    ],
    [
      'a request cut off',
      PUT.slice(0, -2),
      PUT_REPLY,
      { outcome: 'failed', side: 'request', error: { code: 'HOTROD_TRUNCATED', offset: 23 } },
    ],
    [
      'a reply cut off',
      PUT,
      PUT_REPLY.slice(0, -3),
      {
        outcome: 'failed',
        side: 'response',
        error: { code: 'HOTROD_TRUNCATED', offset: 24 },
        messages: [{ end: 20 }],
      },
    ],
    [
      'only an event',
      PUT,
      PUT_REPLY.slice(0, PUT_REPLY.indexOf(' a1 03')),
      { outcome: 'failed', side: 'response', error: { code: 'HOTROD_TRUNCATED' } },
    ],
    [
      'an unknown version',
      'a0 03 0a 01',
      PUT_REPLY,
      { outcome: 'failed', side: 'request', error: { code: 'HOTROD_UNKNOWN_VERSION' } },
    ],
    [
      'a reply to another request',
      PUT,
      'a1 04 02 00 00',
      { outcome: 'failed', side: 'response', error: { code: 'HOTROD_UNKNOWN_MESSAGE_ID' } },
    ],
  ])('%s', (_, request, response, expected) => {
    expect(exchange(request, response)).toMatchObject(expected);
  });

  test('as JSON', () => {
    expect(exchangeView(exchange('', PUT_REPLY))).toEqual({
      skipped: 'no request: the server sent it without being asked',
    });
    expect(exchangeView(exchange(PUT, 'a1 04 02 00 00'))).toMatchObject({
      ok: false,
      error: { code: 'HOTROD_UNKNOWN_MESSAGE_ID', side: 'response' },
      request: { operation: 'put' },
    });
    expect(exchangeView(exchange('a0 03 0a 01', PUT_REPLY))).not.toHaveProperty('request');
  });

  test('a batch with projections before 2.4 is found out', () => {
    const request = 'a0 05 17 33 00 00 01 00 01 37';
    const found = exchange(request, 'a1 05 34 00 00 00 01 02 016b 0131 0132');
    expect(found).toMatchObject({ outcome: 'decoded', reencodes: true });
    expect(exchangeView(found)).toMatchObject({
      response: { reply: { entries: [{ key: { hex: '6b' }, values: [{ hex: '31' }, { hex: '32' }] }] } },
    });
  });

  test('errors behind an answer are kept apart', () => {
    expect(exchangeView(exchange(PUT, 'a1 03 50 85 00 01 61 a1 00 50 81 00 01 62'))).toMatchObject({
      ok: true,
      response: { kind: 'error', messageId: 3, opcode: 0x50, status: '0x85 SERVER_ERROR', message: 'a' },
      strayErrors: [{ kind: 'error', messageId: 0, message: 'b' }],
      reencodes: true,
    });
  });
});

test('values in a few words', () => {
  expect(describeValue(new Uint8Array(30))).toBe(`${'00'.repeat(24)}… (30 bytes)`);
  expect(describeValue([1, 2, 3, 4, 5])).toBe('[1, 2, 3, … 2 more]');
  expect(describeValue({ unit: 'seconds', amount: 5n })).toBe('5 seconds');
  expect(describeValue({ definition: 'predefined', id: 13, parameters: [] })).toBe('text/plain');
  expect(describeStatus(0x44)).toBe('0x44');
});

test('long fields are cut short in a dump, gaps are shown', () => {
  const bytes = new Uint8Array(100);
  const dump = annotatedDump(bytes, [{ name: 'a', start: 2, end: 90, value: 1 }]);
  expect(dump.split('\n')).toHaveLength(1 + 5 + 1);
  expect(dump).toContain('… 40 more bytes');
  expect(dump.split('\n').at(-1)).toMatch(/^0000005a .* \?$/);
});

test('JSON has no holes', () => {
  expect(jsonView({ a: undefined, b: [1n, null, undefined], c: () => 1 })).toEqual({ b: ['1', null, null] });
});
