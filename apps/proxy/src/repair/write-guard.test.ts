import type { PairRead } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { pairRead, present, ScriptedPair } from '../../test/scripted-pair.js';
import { type HaCall, parseHaCall } from '../commands/ha-call.js';
import { SERVED_COMMANDS } from '../commands/served-command.js';
import { writeGuard } from './write-guard.js';

const T1 = '0000000000000010';
const T2 = '0000000000000020';

async function guard(
  query: string,
  policy: 'counter' | 'opaque',
  read?: PairRead,
  path = '/put',
  compat: 'strict' | 'extended' = 'strict',
) {
  const call = parseHaCall(SERVED_COMMANDS.get(path)!, `key=k&${query}`, compat) as HaCall;
  const pair = new ScriptedPair({ policy, ...(read === undefined ? {} : { read: () => read }) });
  return writeGuard(call, await pair.open({ type: 'kv' }), { timeoutMs: 100, compat });
}

describe('what ver asks of a write', () => {
  it.each([
    ['ver=0', { kind: 'none' }],
    ['', { kind: 'none' }],
    ['ver=abc', { kind: 'none' }],
    ['ver=05', { kind: 'options', options: { ifVersion: { scheme: 'counter', token: '5' } } }],
    ['ver=3&is_dup=true', { kind: 'options', options: { replayVersion: { scheme: 'counter', token: '3' } } }],
    ['ver=3&is_dup=yes', { kind: 'options', options: { ifVersion: { scheme: 'counter', token: '3' } } }],
    ['is_dup=1', { kind: 'refused', message: 'is_dup needs a ver above 0' }],
    ['ver=4194304', { kind: 'refused', message: 'ver must be at most 4194303, not 4194304' }],
  ])('compares the same counter on both sides: %s', async (query, expected) => {
    expect(await guard(query, 'counter')).toEqual(expected);
  });

  it.each(['4294967296', '18446744073709551615'])(
    'takes %s for none, as HustDB does, and refuses it in the extended dialect',
    async (ver) => {
      expect(await guard(`ver=${ver}`, 'counter')).toEqual({ kind: 'none' });
      expect(await guard(`ver=${ver}`, 'counter', undefined, '/put', 'extended')).toEqual({
        kind: 'refused',
        message: `ver must be at most 4194303, not ${ver}`,
      });
    },
  );

  it('leaves it to the score that is there when a replay names no version', async () => {
    const zadd = 'tb=z&score=1&is_dup=true';
    expect(await guard(zadd, 'counter', undefined, '/zadd')).toEqual({ kind: 'score-or-refused' });
    expect(await guard('tb=s&is_dup=true', 'counter', undefined, '/hset')).toMatchObject({ kind: 'refused' });
  });

  it('deletes whatever is there when a replay names no version', async () => {
    expect(await guard('is_dup=true', 'counter', undefined, '/del')).toEqual({ kind: 'none' });
  });

  const agreed = pairRead(present('v', T1), present('v', T2), 'opaque');
  const conflict = pairRead(present('v', T1), present('w', T2), 'opaque');
  const tokens = { kind: 'options', options: { ifVersions: [{ token: T1 }, { token: T2 }] } };
  it.each([
    ['the first side’s token, both values the same', 'ver=16', agreed, tokens],
    ['both tokens, both values the same', 'ver=16&ver2=32', agreed, tokens],
    ['both tokens, two values', 'ver=16&ver2=32', conflict, tokens],
    ['one token, two values: the other one was not seen', 'ver=16', conflict, { kind: 'mismatch' }],
    ['an old first token', 'ver=48', agreed, { kind: 'mismatch' }],
    ['an old second token', 'ver=16&ver2=48', agreed, { kind: 'mismatch' }],
    [
      'a key that one side lacks',
      'ver=16',
      pairRead(present('v', T1), { state: 'absent' }, 'opaque'),
      { kind: 'mismatch' },
    ],
    ['no token', 'ver=0', agreed, { kind: 'none' }],
    ['a sign in front', 'ver=+016', agreed, tokens],
    ['a negative number', 'ver=-16', agreed, { kind: 'mismatch' }],
  ])('maps opaque tokens: %s', async (_title, query, read, expected) => {
    expect(await guard(query, 'opaque', read)).toMatchObject(expected);
  });

  it('cannot set an opaque version', async () => {
    expect((await guard('ver=1&is_dup=true', 'opaque')).kind).toBe('refused');
  });
});
