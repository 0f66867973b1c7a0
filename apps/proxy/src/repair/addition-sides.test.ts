import type { SideRead, Two } from '@kvtwin/versioned-value';
import { StoreError } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { additionSides } from './addition-sides.js';
import type { RepairIntent } from './repair-intent.js';

const READS: Record<string, SideRead | undefined> = {
  there: { state: 'absent' },
  failed: {
    state: 'failed',
    error: new StoreError('away', { code: 'STORE_UNREACHABLE', store: 's', operation: 'get' }),
  },
  silent: undefined,
};

function waiting(side: string): RepairIntent {
  const key = { pair: 'a|b', type: 'zset', table: 't', key: new Uint8Array([1]) } as const;
  const intent = {
    ...key,
    id: 1,
    atMs: 0,
    command: 'zadd',
    base: [undefined, undefined],
    written: 'w',
  } as const;
  return { ...intent, conditional: true, ...(side === '?' ? {} : { side: Number(side) as 0 | 1 }) };
}

describe('a number is added', () => {
  it.each([
    ['', 'there there', 'both'],
    ['', 'failed failed', 'both'],
    ['1', 'there failed', 0],
    ['1', 'there there', 0],
    ['0', 'failed there', 1],
    ['0 0', 'silent there', 1],
    ['? 0', 'there there', 1],
    ['0', 'there failed', 'none'],
    ['0', 'there silent', 'none'],
    ['0 1', 'there there', 'none'],
    ['?', 'there failed', 0],
    ['?', 'there there', 'none'],
    ['?', 'failed silent', 'none'],
  ])('with %j behind and sides %s: %s', (behind, sides, expected) => {
    const before = sides.split(' ').map((side) => READS[side]) as unknown as Two<SideRead | undefined>;
    expect(additionSides(behind.split(' ').filter(Boolean).map(waiting), before)).toBe(expected);
  });
});
