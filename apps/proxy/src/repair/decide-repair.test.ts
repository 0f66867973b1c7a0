import type { Two } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { decideRepair } from './decide-repair.js';
import type { HeldState, RepairIntent } from './repair-intent.js';

/** `a3`: the value a in version 3; `-`: absent; `?`: could not be read. */
const held = (text: string): HeldState =>
  text === '-' ? { hash: null } : { hash: text[0]!, token: text.slice(1) };
const known = (text: string): HeldState | undefined => (text === '?' ? undefined : held(text));

/** `a1 ? put b 1`: bases, command, what was written, the side that is owed (none: in doubt). */
function intentOf(text: string, id: number): RepairIntent {
  const [first, second, command, written, side, flag] = text.split(' ') as [
    string,
    string,
    string,
    string,
    string?,
    string?,
  ];
  return {
    id,
    atMs: 0,
    pair: 'a|b',
    type: 'hash',
    table: 't',
    key: new Uint8Array(1),
    command,
    base: [known(first), known(second)],
    written: written === '-' ? null : written,
    conditional: command !== 'put' && command !== 'del',
    ...(side === '0' || side === '1' ? { side: Number(side) as 0 | 1 } : {}),
    ...(flag === undefined
      ? {}
      : flag.startsWith('x')
        ? { refusedBy: Number(flag[1]) as 0 | 1 }
        : { expiresAtMs: Number(flag) }),
  };
}

const decide = (
  writes: string[],
  now: [string, string],
  policy: 'counter' | 'opaque' = 'counter',
  nowMs = 0,
): string => {
  const sides: Two<HeldState> = [held(now[0]), held(now[1])];
  const decision = decideRepair(writes.map(intentOf), sides, policy, nowMs);
  if (decision.kind === 'bring-along') return `${decision.from} to ${decision.to}`;
  return decision.kind === 'settled' ? decision.as : `conflict: ${decision.why}`;
};

describe('what becomes of a key', () => {
  it.each<[string, string[], [string, string], string]>([
    ['the side that missed a put holds the base', ['a1 ? put b 1'], ['b2', 'a1'], '0 to 1'],
    ['it is the first side', ['? a1 put b 0'], ['a1', 'b2'], '1 to 0'],
    ['it was a new key', ['- ? put b 1'], ['b1', '-'], '0 to 1'],
    ['it had taken the write, and not said so', ['a1 ? put b 1'], ['b2', 'b2'], 'agreed'],
    ['several writes were missed', ['a1 ? put b 1', 'b2 ? put c 1'], ['c3', 'a1'], '0 to 1'],
    ['it had taken an earlier one', ['a1 ? put b 1', 'b2 ? put c 1'], ['c3', 'b2'], '0 to 1'],
    ['a removal was missed', ['a1 a1 del - 1'], ['-', 'a1'], '0 to 1'],
    ['a removal was missed by a side whose versions are ahead', ['a1 ? del - 1'], ['-', 'a3'], '0 to 1'],
    ['a removal and a new value were missed', ['a3 ? del - 1', '- ? put b 1'], ['b1', 'a3'], '0 to 1'],
    ['the other side was written again by others', ['a1 ? put b 1'], ['z3', 'a1'], '0 to 1'],
    ['it has what was written, the other side something later', ['a1 ? put b 1'], ['z3', 'b2'], 'overtaken'],
    ['what was written has run out', ['a1 ? put b 1 -1'], ['-', 'a1'], '0 to 1'],
    [
      'a repair stopped before the version was reached',
      ['a1 ? put b 1', 'b2 ? put b 1'],
      ['b3', 'b2'],
      '0 to 1',
    ],
    ['a sum was missed', ['a1 a1 hincrby b 1', 'b2 a1 hincrby c 1'], ['c3', 'a1'], '0 to 1'],
    [
      'a sum in doubt was made where nobody could look',
      ['? a1 hincrby b', 'b2 a1 hincrby c 1'],
      ['c3', 'a1'],
      '0 to 1',
    ],
    ['nothing became of a write in doubt', ['a1 c1 put b'], ['a1', 'c1'], 'not-written'],
    ['a write in doubt stands on the first side', ['a1 a1 put b'], ['b2', 'a1'], '0 to 1'],
    [
      'one side after the other was away, and took the write all the same',
      ['a1 a1 put b 0', 'a1 ? put c 1'],
      ['c2', 'c3'],
      '1 to 0',
    ],
    ['one side after the other was away', ['a1 ? put b 1', '? a1 put c 0'], ['b2', 'c2'], '1 to 0'],
  ])('is decided: %s', (_title, writes, now, decision) => {
    expect(decide(writes, now)).toBe(decision);
  });

  it.each<[string, string[], [string, string], RegExp]>([
    ['the side holds something else', ['a1 ? put b 1'], ['b2', 'z2'], /something newer/],
    ['its key was removed by somebody', ['a1 ? put b 1'], ['b2', '-'], /something newer/],
    ['it is what it was, written anew since', ['a1 a1 put b 1'], ['b2', 'a2'], /something newer/],
    ['a removal meets another value', ['a1 ? del - 1'], ['-', 'b2'], /something newer/],
    ['the side that took the write lost it', ['a1 ? put b 1'], ['-', 'a1'], /does not have the key/],
    [
      'it went back to what was before',
      ['c1 a1 put b 1'],
      ['c1', 'a1'],
      /no side holds what was acknowledged/,
    ],
    [
      'sums were made on both sides',
      ['a1 ? hincrby b 1', '? a1 hincrby c 0'],
      ['b2', 'c2'],
      /made upon something else/,
    ],
    [
      'a conditional write followed another value',
      ['a1 ? put b 1', '? a1 cas c 0'],
      ['b2', 'c2'],
      /made upon something else/,
    ],
    ['the side refused it', ['a1 z1 put b - x1'], ['b2', 'z1'], /refused/],
    ['nobody knows where it comes from', ['a1 a1 put b'], ['z1', 'a1'], /not acknowledged/],
  ])('is a conflict: %s', (_title, writes, now, why) => {
    expect(decide(writes, now)).toMatch(/^conflict: /);
    expect(decide(writes, now)).toMatch(why);
  });

  it('asks no version where versions are opaque', () => {
    expect(decide(['ax ? del - 1'], ['-', 'ay'], 'opaque')).toBe('0 to 1');
    expect(decide(['ax ay put b 1'], ['bz', 'ay'], 'opaque')).toBe('0 to 1');
    expect(decide(['ax ay put b 1'], ['bz', 'aw'], 'opaque')).toMatch(/something newer/);
  });
});
