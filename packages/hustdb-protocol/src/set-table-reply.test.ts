import { describe, expect, it } from 'vitest';
import type { HttpReplyInput } from './http-message.js';
import { parseNodeRequest } from './node-request.js';
import { encodeHaRequest, encodeNodeRequest } from './request-encoder.js';
import { formatSetTable, parseSetTable, type SetTableReply } from './set-table-reply.js';

const reply = (status: number, headers: Record<string, string> = {}, body = ''): HttpReplyInput => ({
  status,
  headers,
  body: new TextEncoder().encode(body),
});

describe('set_table', () => {
  it.each<[string, HttpReplyInput, SetTableReply]>([
    ['the new table is served', reply(200), { outcome: 'replaced' }],
    ['an unknown id', reply(400), { outcome: 'refused', errorCode: undefined }],
    ['a table that is none', reply(400, { ErrorCode: '3' }), { outcome: 'refused', errorCode: 3 }],
    ['too many numbers out', reply(404), { outcome: 'busy', status: 404 }],
    ['no key', reply(405), { outcome: 'unavailable' }],
  ])('reads and writes: %s', (_what, input, answer) => {
    expect(parseSetTable(input)).toEqual(answer);
    const formatted = formatSetTable(answer);
    expect(formatted.status).toBe(input.status);
    expect(parseSetTable(formatted)).toEqual(answer);
  });

  it('reads the challenge', () => {
    const encrypted = new Uint8Array(256).fill(7);
    const formatted = formatSetTable({ outcome: 'challenge', encrypted });
    expect(parseSetTable(formatted)).toEqual({ outcome: 'challenge', encrypted });
  });

  it.each([
    [{ ErrorCode: 'x' }, 400, 'HUSTDB_MALFORMED_HEADER'],
    [{}, 302, 'HUSTDB_UNEXPECTED_STATUS'],
  ])('refuses %j %i', (headers, status, code) => {
    expect(() => parseSetTable(reply(status, headers))).toThrow(expect.objectContaining({ code }));
  });

  it('is asked in two steps', () => {
    expect(encodeHaRequest('set_table', {})).toMatchObject({ method: 'GET', target: '/set_table' });
    const value = new TextEncoder().encode('{"table":[]}');
    expect(encodeHaRequest('set_table', { id: '1700000000000000', value })).toMatchObject({
      method: 'POST',
      target: '/set_table?id=1700000000000000',
      body: value,
    });
    expect(() => encodeHaRequest('set_table', { id: '1&x=2' })).toThrow(/id must be decimal/);
  });
});

describe('export', () => {
  it('names a table or a file', () => {
    expect(encodeNodeRequest('export', { table: 't', noval: false, cover: true }).target).toBe(
      '/hustdb/export?tb=t&noval=false&cover=true',
    );
    expect(encodeNodeRequest('export', { file: 3, exportSize: 1_000_000 }).target).toBe(
      '/hustdb/export?file=3&size=1000000',
    );
    expect(() => encodeNodeRequest('export', {})).toThrow(/tb or file/);
  });

  it('is missing a parameter at the node where it names neither', () => {
    const parsed = parseNodeRequest({
      method: 'GET',
      target: '/hustdb/export?size=5',
      body: new Uint8Array(0),
    });
    expect(parsed.kind === 'refused' && parsed.reply.status).toBe(404);
  });
});
