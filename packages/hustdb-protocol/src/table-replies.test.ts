import { describe, expect, it } from 'vitest';
import { formatNodeBinlog, type NodeBinlogReply, parseNodeBinlog } from './binlog-reply.js';
import {
  formatHaCacheWrite,
  formatNodeCacheReply,
  type HaCacheWrite,
  type NodeCacheReply,
  parseHaCacheWrite,
  parseNodeCacheReply,
} from './cache-reply.js';
import { formatHaListing, type HaListing, parseHaListing } from './ha-listing.js';
import { formatHaText, parseHaText } from './ha-text.js';
import { formatNodeListing, parseNodeListing } from './listing.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const scored = {
  outcome: 'listed',
  entries: [{ key: bytes('a'), value: bytes('-5'), version: '1' }],
} as const;

describe('listings of sorted sets', () => {
  it('carry scores as plain text', () => {
    const reply = formatNodeListing(scored, { scores: true });
    expect(new TextDecoder().decode(reply.body)).toBe('[{"key":"YQ==","val":"-5","ver":1}]');
    expect(parseNodeListing(reply, { scores: true })).toEqual(scored);
  });

  it('of the HA have nothing but Keys', () => {
    const reply = formatHaListing(scored, { scores: true });
    expect(reply.headers.slice(2)).toEqual([['Keys', '1']]);
    expect(parseHaListing(reply, { scores: true })).toEqual(scored);
  });

  it('of the HA fail with a version where they are ranges, without one elsewhere', () => {
    const failed: HaListing = { outcome: 'failed' };
    const headers = (scores: boolean) => formatHaListing(failed, { scores }).headers.slice(2);
    expect([headers(true), headers(false)]).toEqual([[['Version', '0']], []]);
    expect(parseHaListing(formatHaListing(failed))).toEqual(failed);
  });

  it('that there is no snapshot for are an error of the server', () => {
    const reply = formatNodeListing({ outcome: 'no-snapshot' });
    expect(() => parseNodeListing(reply)).toThrow(expect.objectContaining({ code: 'HUSTDB_SERVER_ERROR' }));
  });
});

describe('the cache', () => {
  it.each<NodeCacheReply>([
    { outcome: 'done', body: bytes('5.25') },
    { outcome: 'failed' },
    { outcome: 'too-large' },
  ])('node: %o', (reply) => {
    const formatted = formatNodeCacheReply(reply);
    expect(parseNodeCacheReply(formatted)).toEqual(reply);
    expect(formatted.headers.map(([name]) => name)).toEqual(['Content-Length', 'Content-Type']);
  });

  it.each<HaCacheWrite>([
    { outcome: 'applied', body: new Uint8Array(0) },
    { outcome: 'applied', body: bytes('3'), fail: '127.0.0.1:8087' },
    { outcome: 'failed' },
  ])('HA: %o', (write) => expect(parseHaCacheWrite(formatHaCacheWrite(write))).toEqual(write));

  it('tells a refusal of the HA by its version', () => {
    expect(formatHaCacheWrite({ outcome: 'refused' }).headers).toContainEqual(['Version', '0']);
  });

  it('refuses a status that is none of its own', () => {
    const reply = { status: 409, headers: {}, body: new Uint8Array(0) };
    for (const parse of [parseNodeCacheReply, parseHaCacheWrite, parseNodeBinlog]) {
      expect(() => parse(reply)).toThrow(expect.objectContaining({ code: 'HUSTDB_UNEXPECTED_STATUS' }));
    }
  });
});

it.each<NodeBinlogReply>(['queued', 'rejected', 'invalid', 'refused', 'missing-parameter'])(
  'binlog: %s',
  (outcome) => expect(parseNodeBinlog(formatNodeBinlog(outcome))).toBe(outcome),
);

it.each(['10', '[]', undefined])('text of the HA: %s', (text) => {
  expect(parseHaText(formatHaText(text))).toBe(text);
});
