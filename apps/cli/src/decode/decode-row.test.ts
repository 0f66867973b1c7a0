import { type HotRodExchange, hotRodExchanges, toHex } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { type DecodedRow, decodeRow } from './decode-row.js';

const exchanges = hotRodExchanges();

function decode({ name, seq, request, response }: HotRodExchange): DecodedRow {
  return decodeRow({ name, seq, request_hex: toHex(request), response_hex: toHex(response) });
}

function recorded(seq: string, name: string): HotRodExchange {
  return exchanges.find((exchange) => exchange.seq === seq && exchange.name === name)!;
}

describe('a recorded exchange', () => {
  it('decodes to its end and is encoded as the same bytes, or is skipped with a reason', () => {
    const wellFormed = exchanges.filter(({ seq }) => !seq.startsWith('malformed-'));
    const rows = wellFormed.map(decode);
    const wrong = rows.filter((row) => row.skipped === undefined && !(row.ok && row.reencodes));
    expect(wrong).toEqual([]);
    expect(rows.filter((row) => row.ok).length).toBeGreaterThanOrEqual(974);
  });

  it('is told field by field', () => {
    const exchange = recorded('core-2.0', 'put, present, force-return-previous');
    expect(decode(exchange)).toMatchObject({
      name: 'put, present, force-return-previous',
      seq: 'core-2.0',
      ok: true,
      request: {
        operation: 'put',
        header: { messageId: 6, version: '2.0', cacheName: 'loc', flags: 1, topologyId: -1 },
        body: { key: { hex: '6b32' }, value: { hex: '7732' } },
      },
      response: {
        kind: 'reply',
        operation: 'put',
        messageId: 6,
        reply: { outcome: 'ok-with-previous', previous: { value: { hex: '7731' } } },
      },
      reencodes: true,
    });
  });

  it.each([
    [{ request_hex: '', response_hex: 'a101180000' }, 'no request: the server sent it without being asked'],
    [{ request_hex: 'a0011417000001ffffffff0f', response_hex: '' }, 'no reply: the server sent nothing'],
    [
      { request_hex: 'a0011417000001ffffffff0f'.repeat(2), response_hex: 'a101180000' },
      'several requests: the second begins at 12',
    ],
    [
      { request_hex: 'a0010c03000001ffffffff0f', response_hex: 'a101040000' },
      'protocol 1.2: only 2.0 to 4.1 are known',
    ],
    [
      { request_hex: 'a00114fd000001ffffffff0f', response_hex: 'a101fe0000' },
      'operation not known: unknown operation 0xfd',
    ],
  ])('is skipped where it is none of ours: %j', (row, skipped) => {
    expect(decodeRow({ name: 'x', ...row })).toEqual({ name: 'x', skipped });
  });

  it.each([
    ['a truncated request', 'a00114', 'a101180000', 'request', 'HOTROD_TRUNCATED'],
    ['a truncated reply', 'a0011417000001ffffffff0f', 'a10118', 'response', 'HOTROD_TRUNCATED'],
    [
      'an answer to somebody else',
      'a0011417000001ffffffff0f',
      'a102180000',
      'response',
      'HOTROD_UNKNOWN_MESSAGE_ID',
    ],
    ['bytes that are no Hot Rod', '4745542f', 'a101180000', 'request', 'HOTROD_BAD_MAGIC'],
    ['what is no hex', 'xyz', 'a101180000', 'request', 'NOT_HEX'],
  ])('is an error where it is %s', (_, request_hex, response_hex, side, code) => {
    const decoded = decodeRow({ name: 'x', request_hex, response_hex });
    expect(decoded).toMatchObject({ ok: false, error: { side, code } });
  });
});
