import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Digest128, murmur3x128 } from '../scan/murmur3-128.js';
import { type Expiring, type Shown, WaitingKeys } from './waiting-keys.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const digestOf = (key: string): Digest128 => murmur3x128(utf8(key), 1);
const shown = (value: string, expiring?: Expiring): Shown => ({
  content: digestOf(value),
  length: value.length,
  expiring,
});
const holds = (waiting: WaitingKeys, slot: number, value: string): boolean =>
  waiting.holds(slot, digestOf(value), value.length);
const keysOf = (waiting: WaitingKeys): string[] => [...waiting.take()].map(text).sort();

describe('WaitingKeys', () => {
  it('keeps what a side showed until it is taken out', () => {
    const waiting = new WaitingKeys();
    const expiring = { expiration: { kind: 'mortal', lifespanMs: 5 }, createdAtMs: 1 } as const;
    waiting.set(digestOf('a'), utf8('a'), 'second', shown('1', expiring));
    waiting.set(digestOf('b'), utf8('b'), 'first', shown('2'));
    const slot = waiting.find(digestOf('a'));
    expect(waiting.sideAt(slot)).toBe('second');
    expect(waiting.expiringAt(slot)).toBe(expiring);
    expect([holds(waiting, slot, '1'), holds(waiting, slot, '2')]).toEqual([true, false]);
    waiting.set(digestOf('a'), utf8('a'), 'second', shown('3'));
    expect([waiting.size, holds(waiting, slot, '3')]).toEqual([2, true]);
    waiting.delete(slot);
    expect([waiting.size, waiting.find(digestOf('a'))]).toEqual([1, -1]);
    expect(keysOf(waiting)).toEqual(['b']);
    expect(waiting.size).toBe(0);
  });

  it('is what a Map would be, whatever is done to it', () => {
    const step = fc.tuple(fc.constantFrom('set', 'delete', 'halve'), fc.integer({ min: 0, max: 400 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const waiting = new WaitingKeys();
        const expected = new Map<string, string>();
        for (const [at, [what, number]] of steps.entries()) {
          const key = `key ${number}`;
          if (what === 'set') {
            const expiring = number % 3 === 0 ? { expiration: { kind: 'unknown' } as const } : undefined;
            waiting.set(digestOf(key), utf8(key), 'first', shown(`${at}`, expiring));
            expected.set(key, `${at}`);
          } else if (what === 'delete') {
            const slot = waiting.find(digestOf(key));
            expect(slot >= 0).toBe(expected.delete(key));
            if (slot >= 0) waiting.delete(slot);
          } else if (number < 10) {
            const end = 2 ** 31;
            waiting.keepBelow(end);
            for (const each of expected.keys()) if (digestOf(each)[0] >= end) expected.delete(each);
          }
        }
        for (const [key, value] of expected) {
          const slot = waiting.find(digestOf(key));
          expect(holds(waiting, slot, value)).toBe(true);
          expect(waiting.expiringAt(slot) !== undefined).toBe(Number(key.slice(4)) % 3 === 0);
        }
        expect(waiting.size).toBe(expected.size);
        expect(keysOf(waiting)).toEqual([...expected.keys()].sort());
      }),
      { numRuns: 200 },
    );
  });

  it('takes memory for the keys that wait, not for all that ever did', () => {
    const waiting = new WaitingKeys();
    for (let at = 0; at < 50_000; at++) {
      waiting.set(digestOf(`k${at}`), utf8(`k${at}`), 'first', shown('v'));
      if (at >= 100) waiting.delete(waiting.find(digestOf(`k${at - 100}`)));
    }
    expect(waiting.size).toBe(100);
    expect(waiting.bytes).toBeLessThan(64 * 1024);
  });
});
