import { equalBytes } from '@kvtwin/bytes';
import { IMMORTAL, type SideRead } from '@kvtwin/versioned-value';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryFingerprint, pairFingerprint, valueFingerprint } from './fingerprint.js';

const entry = (value: Uint8Array, token: string) => ({
  value,
  version: { scheme: 'counter', token } as const,
  expiration: IMMORTAL,
});

describe('fingerprints', () => {
  it('are equal exactly if the values are', () => {
    const bytes = fc.uint8Array({ maxLength: 20, max: 1 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), (a, b, seed) => {
        expect(valueFingerprint(a, seed) === valueFingerprint(b, seed)).toBe(equalBytes(a, b));
      }),
    );
  });

  it('tell every single changed byte of a long value', () => {
    const value = new Uint8Array(100);
    const seen = new Set([valueFingerprint(value, 1)]);
    for (let at = 0; at < value.length; at++) {
      const changed = value.slice();
      changed[at] = 1;
      seen.add(valueFingerprint(changed, 1));
    }
    expect(seen.size).toBe(101);
  });

  it('take no short value for the digest of a long one', () => {
    const long = valueFingerprint(new Uint8Array(40), 1);
    const short = Uint8Array.from(long.slice(0, 16), (character) => character.charCodeAt(0) & 0xff);
    expect(valueFingerprint(short, 1)).not.toBe(long);
  });

  it('count the version under counter only', () => {
    const [one, two] = [entry(Uint8Array.of(1), '1'), entry(Uint8Array.of(1), '2')];
    expect(entryFingerprint(one, 'counter', 1)).not.toBe(entryFingerprint(two, 'counter', 1));
    expect(entryFingerprint(one, 'opaque', 1)).toBe(entryFingerprint(two, 'opaque', 1));
  });

  it('of a pair change with either side’s version, value or state', () => {
    const side = (token: string): SideRead => ({ state: 'present', entry: entry(Uint8Array.of(1), token) });
    const of = (first: SideRead, second: SideRead): string =>
      pairFingerprint({ kind: 'unreadable', sides: [first, second], versionsCompared: false }, 1);
    const all = [
      of(side('1'), side('1')),
      of(side('1'), side('2')),
      of(side('2'), side('1')),
      of(side('1'), { state: 'absent' }),
      of({ state: 'absent' }, side('1')),
      of({ state: 'unknown' }, side('1')),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
