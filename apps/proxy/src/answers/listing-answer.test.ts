import { StoreError } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { cacheReadAnswer, cacheWriteAnswer } from './cache-answer.js';
import { listingAnswer, peerTextAnswer } from './listing-answer.js';

const error = new StoreError('down', { code: 'STORE_UNREACHABLE' });
const names = ['a:1', 'b:2'] as const;
const own = (headers: readonly string[]): Record<string, string> => {
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at]!, headers[at + 1]!]);
  return Object.fromEntries(pairs.filter(([name]) => !name.startsWith('X-')));
};

describe('the answer to a listing', () => {
  it('counts its items in Keys', () => {
    const entries = [{ key: Buffer.from('a'), value: Buffer.from('5'), version: '2' }];
    const plain = listingAnswer({ outcome: 'listed', entries }, 'strict');
    expect([plain.status, own(plain.headers), Buffer.concat(plain.body).toString()]).toEqual([
      200,
      { Keys: '1' },
      '[{"key":"YQ==","val":"NQ==","ver":2}]',
    ]);
    const scores = listingAnswer({ outcome: 'listed', entries }, 'strict', { scores: true });
    expect(Buffer.concat(scores.body).toString()).toBe('[{"key":"YQ==","val":"5","ver":2}]');
  });

  it.each([
    [{ outcome: 'no-table' }, 404, 404],
    [{ outcome: 'invalid' }, 404, 400],
    [{ outcome: 'unreadable', error }, 404, 503],
    [{ outcome: 'unreadable', error: undefined }, 404, 404],
  ] as const)('says %j as %i, extended %i', (listed, strict, extended) => {
    expect(listingAnswer(listed, 'extended').status).toBe(extended);
    const [plain, range] = [
      listingAnswer(listed, 'strict'),
      listingAnswer(listed, 'strict', { scores: true }),
    ];
    expect([plain.status, own(plain.headers)]).toEqual([strict, {}]);
    expect([range.status, own(range.headers)]).toEqual([strict, { Version: '0' }]);
  });

  it('has no version for a table that is not there', () => {
    expect(own(peerTextAnswer(undefined).headers)).toEqual({});
  });
});

describe('the answer of the caches', () => {
  it('to a read has an empty version, to a miss 0', () => {
    const found = cacheReadAnswer({ outcome: 'found', value: Buffer.from('v') }, 'strict');
    expect([found.status, own(found.headers)]).toEqual([200, { Version: '' }]);
    expect(own(cacheReadAnswer({ outcome: 'absent' }, 'extended').headers)).toEqual({ Version: '0' });
    expect(cacheReadAnswer({ outcome: 'unreadable', error }, 'strict').status).toBe(404);
    expect(cacheReadAnswer({ outcome: 'unreadable', error }, 'extended').status).toBe(503);
    const badKey = new StoreError('a question mark', { code: 'STORE_INVALID_KEY' });
    expect(cacheReadAnswer({ outcome: 'unreadable', error: badKey }, 'extended').status).toBe(400);
  });

  it.each([
    [['applied', 'applied'], 200, 200, {}],
    [['applied', 'rejected'], 200, 200, { Fail: 'b:2' }],
    [['unknown', 'applied'], 200, 200, { Fail: 'a:1' }],
    [['rejected', 'rejected'], 404, 404, {}],
    [['rejected', 'unknown'], 404, 503, {}],
  ] as const)('to a write that was %j is %i, extended %i', (sides, strict, extended, headers) => {
    const written = { sides, body: Buffer.from('7') };
    const answer = cacheWriteAnswer(written, names, 'strict');
    expect([answer.status, own(answer.headers)]).toEqual([strict, headers]);
    expect(cacheWriteAnswer(written, names, 'extended').status).toBe(extended);
    expect(Buffer.concat(answer.body).toString()).toBe(strict === 200 ? '7' : '');
  });
});
