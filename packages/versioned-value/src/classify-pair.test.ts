import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classifyPair,
  type EntryVersion,
  type Expiration,
  IMMORTAL,
  type PairRead,
  type SideRead,
  StoreError,
  UNKNOWN_EXPIRATION,
  type VersionPolicy,
} from './index.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const counter = (token: string): EntryVersion => ({ scheme: 'counter', token });
const present = (text: string, token = '1', expiration: Expiration = UNKNOWN_EXPIRATION): SideRead => ({
  state: 'present',
  entry: { value: utf8(text), version: counter(token), expiration, createdAtMs: 1000 },
});
const absent: SideRead = { state: 'absent' };
const unknown: SideRead = { state: 'unknown' };
const failed: SideRead = { state: 'failed', error: new StoreError('no', { code: 'STORE_UNREACHABLE' }) };

describe('the four return values that HustDB HA documents for /hget2', () => {
  it('1: both value and version are matched', () => {
    expect(classifyPair(present('hustdbhavalue'), present('hustdbhavalue'), 'counter')).toMatchObject({
      kind: 'agreed',
      value: utf8('hustdbhavalue'),
      version: counter('1'),
      versionsCompared: true,
    });
  });

  it('2: value is matched, version is not', () => {
    const read = classifyPair(present('hustdbhavalue', '1'), present('hustdbhavalue', '2'), 'counter');
    expect(read).toMatchObject({ kind: 'version-skew', versions: [counter('1'), counter('2')] });
  });

  it('3: value is not matched, version is', () => {
    const read = classifyPair(present('hustdbhavalue'), present('1111111111111'), 'counter');
    expect(read).toMatchObject({
      kind: 'value-conflict',
      values: [utf8('hustdbhavalue'), utf8('1111111111111')],
      version: counter('1'),
    });
  });

  it('4: both value and version are not matched', () => {
    const read = classifyPair(present('hustdbhavalue', '1'), present('1111111111111', '2'), 'counter');
    expect(read).toMatchObject({
      kind: 'diverged',
      values: [utf8('hustdbhavalue'), utf8('1111111111111')],
      versions: [counter('1'), counter('2')],
    });
  });
});

describe('classifyPair', () => {
  it.each<[string, SideRead, SideRead, PairRead['kind'], object?]>([
    ['present and absent', present('a'), absent, 'one-sided', { present: 'first' }],
    ['absent and present', absent, present('a'), 'one-sided', { present: 'second' }],
    ['absent twice', absent, absent, 'absent'],
    ['failed and present', failed, present('a'), 'unreadable'],
    ['present and failed', present('a'), failed, 'unreadable'],
    ['failed and absent', failed, absent, 'unreadable'],
    ['failed twice', failed, failed, 'unreadable'],
    ['unknown twice', unknown, unknown, 'unreadable'],
    ['unknown and present', unknown, present('a'), 'unreadable'],
  ])('says of %s what it is', (_, first, second, kind, details = {}) => {
    for (const policy of ['counter', 'opaque'] as const) {
      const read = classifyPair(first, second, policy);
      expect(read).toMatchObject({ kind, ...details, versionsCompared: policy === 'counter' });
      expect(read.sides[0]).toBe(first);
      expect(read.sides[1]).toBe(second);
    }
  });

  it('never compares versions under opaque, and tells the first side’s', () => {
    expect(classifyPair(present('a', '1'), present('a', '2'), 'opaque')).toMatchObject({
      kind: 'agreed',
      version: counter('1'),
      versionsCompared: false,
    });
    expect(classifyPair(present('a', '1'), present('b', '1'), 'opaque').kind).toBe('value-conflict');
    expect(classifyPair(present('a', '1'), present('b', '2'), 'opaque').kind).toBe('value-conflict');
  });

  it('compares versions as text', () => {
    expect(classifyPair(present('a', '5'), present('a', '05'), 'counter').kind).toBe('version-skew');
    expect(classifyPair(present('a', ''), present('a', ''), 'counter').kind).toBe('agreed');
  });

  it('compares values behind a NUL, where HustDB HA itself stops', () => {
    expect(classifyPair(present('a\0one'), present('a\0two'), 'counter').kind).toBe('value-conflict');
  });

  it('takes two entries without a value for the same', () => {
    const member = (token: string): SideRead<null> => ({
      state: 'present',
      entry: { value: null, version: counter(token), expiration: UNKNOWN_EXPIRATION },
    });
    expect(classifyPair(member('1'), member('1'), 'counter').kind).toBe('agreed');
    expect(classifyPair(member('1'), member('2'), 'counter').kind).toBe('version-skew');
  });

  it('reports a difference of expiration next to the classification', () => {
    const lifespan = (lifespanMs: number): Expiration => ({ kind: 'mortal', lifespanMs });
    const skew = (first: Expiration, second: Expiration, expirationToleranceMs?: number): PairRead =>
      classifyPair(present('a', '1', first), present('a', '1', second), 'counter', { expirationToleranceMs });
    expect(skew(lifespan(5000), lifespan(9000))).toMatchObject({ kind: 'agreed', expirationSkewMs: 4000 });
    expect(skew(lifespan(5000), lifespan(5900))).not.toHaveProperty('expirationSkewMs');
    expect(skew(lifespan(5000), lifespan(5900), 1)).toMatchObject({ expirationSkewMs: 900 });
    expect(skew(lifespan(5000), IMMORTAL)).toMatchObject({ expirationSkewMs: Number.POSITIVE_INFINITY });
    expect(skew(IMMORTAL, lifespan(5000))).toMatchObject({ expirationSkewMs: Number.NEGATIVE_INFINITY });
  });

  it('says the mirrored thing of swapped sides', () => {
    const side = fc.oneof(
      fc.constantFrom(absent, unknown, failed),
      fc
        .tuple(fc.constantFrom('a', 'b', 'a\0b'), fc.constantFrom('1', '2'))
        .map(([text, token]) => present(text, token)),
    );
    fc.assert(
      fc.property(side, side, fc.constantFrom<VersionPolicy>('counter', 'opaque'), (a, b, policy) => {
        const [there, back] = [classifyPair(a, b, policy), classifyPair(b, a, policy)];
        expect(back.kind).toBe(there.kind);
        expect(back.sides).toEqual([there.sides[1], there.sides[0]]);
        if (there.kind === 'one-sided' && back.kind === 'one-sided')
          expect(back.present).not.toBe(there.present);
      }),
    );
  });
});
