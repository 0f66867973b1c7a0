import {
  type PairWrite,
  type SideWrite,
  StoreError,
  type StoreErrorCode,
  type Two,
} from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { Compatibility } from '../proxy-options.js';
import { writeAnswer } from './write-answer.js';

const version = (token: string) => ({ scheme: 'counter', token }) as const;
const applied = (token?: string): SideWrite => ({
  state: 'applied',
  ...(token === undefined ? {} : { version: version(token) }),
});
const mismatch = (token: string): SideWrite => ({
  state: 'rejected',
  reason: 'mismatch',
  version: version(token),
});
const absent: SideWrite = { state: 'rejected', reason: 'absent' };
const error = (code: StoreErrorCode): SideWrite => ({
  state: 'rejected',
  reason: 'error',
  error: new StoreError('no', { code }),
});
const unknown: SideWrite = { state: 'unknown', error: new StoreError('gone', { code: 'STORE_TIMEOUT' }) };
const wrongType = error('STORE_WRONG_TYPE');

const put = { removal: false, replay: false };
const removal = { removal: true, replay: false };
const replay = { removal: false, replay: true };

/** Status and headers, without the ones that explain. */
function answered(sides: Two<SideWrite>, kind: typeof put, compat: Compatibility): string {
  const write: PairWrite = { sides };
  const { status, headers, outcome } = writeAnswer(write, {
    ...kind,
    compat,
    policy: 'counter',
    sideNames: ['a:1', 'b:2'],
  });
  const shown: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    if (!headers[at]!.startsWith('X-')) shown.push(`${headers[at]}: ${headers[at + 1]}`);
  }
  return [status, outcome, ...shown].join(' | ');
}

describe('the answer to a write', () => {
  const none = '404';
  it.each<[string, Two<SideWrite>, typeof put, string, string]>([
    ['both', [applied('2'), applied('5')], put, '200 | applied | Version: 5', '200 | applied | Version: 5'],
    [
      'a side that is not reached',
      [applied('2'), unknown],
      put,
      '200 | unknown | Sync: b:2 | Version: 2',
      '200 | unknown | Sync: b:2 | Version: 2',
    ],
    [
      'a first side that is not reached',
      [unknown, applied('2')],
      removal,
      '200 | unknown | Sync: a:1 | Version: 2',
      '200 | unknown | Sync: a:1 | Version: 2',
    ],
    [
      'a version that only one side has',
      [applied('2'), mismatch('7')],
      put,
      '200 | rejected | Sync: b:2 | Version: 2',
      '409 | rejected | Version1: 2 | Version2: 7',
    ],
    [
      'a version given for a key that one side lacks',
      [absent, applied('2')],
      put,
      '200 | rejected | Sync: a:1 | Version: 2',
      '409 | rejected | Version2: 2',
    ],
    [
      'a store that is full on one side',
      [applied('2'), error('STORE_REJECTED')],
      put,
      '200 | rejected | Sync: b:2 | Version: 2',
      '409 | rejected | Version1: 2',
    ],
    [
      'a table of another type on one side',
      [applied('1'), wrongType],
      put,
      `${none} | rejected | Version: 0`,
      '409 | rejected | Version1: 1',
    ],
    [
      'a deletion where one side has the key',
      [applied('3'), absent],
      removal,
      `${none} | rejected | Version: 0`,
      '200 | applied | Version: 3',
    ],
    [
      'a deletion where none has it',
      [absent, absent],
      removal,
      `${none} | absent | Version: 0`,
      `${none} | absent | Version: 0`,
    ],
    [
      'a deletion with nothing there and another version',
      [absent, mismatch('2')],
      removal,
      `${none} | rejected | Version: 0`,
      '412 | rejected | Version2: 2',
    ],
    [
      'a version that neither side has',
      [mismatch('4'), mismatch('5')],
      put,
      `${none} | rejected | Version: 0`,
      '412 | rejected | Version1: 4 | Version2: 5',
    ],
    [
      'a table of another type',
      [wrongType, wrongType],
      put,
      `${none} | rejected | Version: 0`,
      '409 | rejected',
    ],
    [
      'a key that no store keeps',
      [error('STORE_INVALID_KEY'), error('STORE_INVALID_KEY')],
      put,
      `${none} | rejected | Version: 0`,
      '400 | invalid-request',
    ],
    [
      'a replay that the stores do not know',
      [error('STORE_UNSUPPORTED'), error('STORE_UNSUPPORTED')],
      replay,
      `${none} | rejected | Version: 0`,
      '400 | unsupported',
    ],
    [
      'stores that are full',
      [error('STORE_REJECTED'), error('STORE_REJECTED')],
      put,
      `${none} | rejected | Version: 0`,
      '502 | rejected',
    ],
    [
      'two sides that are not reached',
      [unknown, unknown],
      put,
      `${none} | unknown | Version: 0`,
      '503 | unknown | Retry-After: 1',
    ],
    [
      'one that is not reached and one that refuses',
      [unknown, mismatch('1')],
      put,
      `${none} | unknown | Version: 0`,
      '503 | unknown | Retry-After: 1',
    ],
    [
      'a replay older than what one side holds',
      [applied('3'), mismatch('5')],
      replay,
      '200 | applied | Version: 5',
      '200 | applied | Version: 5',
    ],
    [
      'stores that do not tell versions',
      [applied(), applied()],
      put,
      '200 | applied | Version: ',
      '200 | applied | Version: ',
    ],
  ])('tells %s', (_title, sides, kind, strict, extended) => {
    expect(answered(sides, kind, 'strict')).toBe(strict);
    expect(answered(sides, kind, 'extended')).toBe(extended);
  });

  it('tells each side in X-Sides', () => {
    const { headers } = writeAnswer(
      { sides: [mismatch('2'), unknown] },
      { ...put, compat: 'strict', policy: 'counter', sideNames: ['a', 'b'] },
    );
    expect(headers.slice(-2)).toEqual(['X-Sides', 'rejected (mismatch), unknown (STORE_TIMEOUT)']);
  });

  it('answers an opaque pair with each side’s own token', () => {
    const token = (text: string): SideWrite => ({
      state: 'applied',
      version: { scheme: 'hotrod', token: text },
    });
    const { headers } = writeAnswer(
      { sides: [token('0000000000000010'), token('0000000000000020')] },
      { ...put, compat: 'extended', policy: 'opaque', sideNames: ['a', 'b'] },
    );
    expect(headers.slice(0, 6)).toEqual(['Version', '16', 'X-Version1', '16', 'X-Version2', '32']);
  });
});
