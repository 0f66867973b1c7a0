import { parsePairReply } from '@kvtwin/hustdb-protocol';
import { type PairRead, StoreError } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { pairRead, present } from '../../test/scripted-pair.js';
import type { Compatibility } from '../proxy-options.js';
import type { Answer } from './answer.js';
import { pairAnswer } from './pair-answer.js';

const ABSENT = { state: 'absent' } as const;
const TOKEN_1 = '0003000100000a1f';
const TOKEN_2 = 'fffffffffffffffe';

function failed(code: 'STORE_UNREACHABLE' | 'STORE_INVALID_KEY') {
  return { state: 'failed', error: new StoreError('no luck', { code }) } as const;
}

/** Reads an answer as a caller of HustDB HA does. */
function parsed(answer: Answer): PairRead {
  const headers = [...answer.headers, 'X-Outcome', answer.outcome];
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at]!, headers[at + 1]!]);
  return parsePairReply('/hget2', {
    status: answer.status,
    headers: pairs,
    body: Buffer.concat(answer.body),
  });
}

describe('the answer to a pair read', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  it.each([
    ['agreed', pairRead(present('v', '3'), present('v', '3'))],
    ['version-skew', pairRead(present('v', '2'), present('v', '5'))],
    ['value-conflict', pairRead(present(bytes('a\0one'), '1'), present(bytes('a\0two'), '1'))],
    ['diverged', pairRead(present('one', '2'), present(bytes('\xff'), '1'))],
  ] as const)('says %s in words that a HustDB caller reads back', (kind, read) => {
    for (const compat of ['strict', 'extended'] as const) {
      const back = parsed(pairAnswer(read, 'counter', compat));
      expect(back.kind).toBe(kind);
      for (const at of [0, 1] as const) {
        const side = read.sides[at];
        const told = back.sides[at];
        if (side.state !== 'present' || told.state !== 'present') throw new Error('both sides are present');
        expect(Buffer.from(told.entry.value)).toEqual(Buffer.from(side.entry.value));
        expect(told.entry.version).toEqual(side.entry.version);
      }
    }
  });

  it.each(['first', 'second'] as const)(
    'says in the extended dialect that only the %s side has the key',
    (side) => {
      const here = present('v', '4');
      const read = side === 'first' ? pairRead(here, ABSENT) : pairRead(ABSENT, here);
      expect(pairAnswer(read, 'counter', 'strict')).toMatchObject({ status: 404, headers: ['Version', '0'] });
      const back = parsed(pairAnswer(read, 'counter', 'extended'));
      expect(back).toMatchObject({ kind: 'one-sided', present: side });
    },
  );

  it('hides an unreadable side in the strict dialect and names it in the extended one', () => {
    const read = pairRead(present('v', '1'), failed('STORE_UNREACHABLE'));
    expect(pairAnswer(read, 'counter', 'strict')).toMatchObject({
      status: 404,
      outcome: 'unreadable',
      body: [],
    });
    const told = pairAnswer(read, 'counter', 'extended');
    expect(told).toMatchObject({ status: 503, outcome: 'unreadable', headers: ['Retry-After', '1'] });
    expect(String(told.body[0])).toBe('first: present; second: failed (STORE_UNREACHABLE: no luck)\n');
  });

  it('keeps a front’s 404, which tells nothing, a 404', () => {
    const read = pairRead({ state: 'unknown' }, { state: 'unknown' });
    expect(pairAnswer(read, 'counter', 'extended')).toMatchObject({ status: 404, outcome: 'unreadable' });
  });

  it('blames the caller for a key that no store keeps', () => {
    const read = pairRead(failed('STORE_INVALID_KEY'), failed('STORE_INVALID_KEY'));
    expect(pairAnswer(read, 'counter', 'extended')).toMatchObject({
      status: 400,
      outcome: 'invalid-request',
    });
    expect(pairAnswer(read, 'counter', 'strict').status).toBe(404);
  });

  it.each<[Compatibility, number]>([
    ['strict', 404],
    ['extended', 409],
  ])('tells a conflict with an empty value as %s callers can read it', (compat, status) => {
    const read = pairRead(present('', '1'), present('v', '1'));
    const answer = pairAnswer(read, 'counter', compat);
    expect(answer.status).toBe(status);
    if (compat === 'strict') expect(answer.headers).toEqual(['Version', '1', 'Version', '0']);
    else expect(parsed(answer).kind).toBe('value-conflict');
  });

  it('shows opaque tokens as unsigned decimal numbers, the first side’s as Version and both beside', () => {
    const agreed = pairAnswer(
      pairRead(present('v', TOKEN_1), present('v', TOKEN_2), 'opaque'),
      'opaque',
      'extended',
    );
    const first = BigInt(`0x${TOKEN_1}`).toString();
    const second = (2n ** 64n - 2n).toString();
    expect(agreed).toMatchObject({ status: 200, outcome: 'agreed' });
    expect(agreed.headers).toEqual(['Version', first, 'X-Version1', first, 'X-Version2', second]);
    const conflict = pairAnswer(
      pairRead(present('v', TOKEN_1), present('w', TOKEN_2), 'opaque'),
      'opaque',
      'strict',
    );
    expect(conflict).toMatchObject({ status: 409, outcome: 'value-conflict' });
    expect(conflict.headers).toEqual([
      'Version',
      first,
      'Val-Offset',
      '1',
      'X-Version1',
      first,
      'X-Version2',
      second,
    ]);
  });
});
