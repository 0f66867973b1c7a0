import { IMMORTAL, type ScannedEntry, type VersionedValue } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { nextRange, wholeRange } from './hash-range.js';
import { type LedgerOptions, PassLedger } from './pass-ledger.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const options: LedgerOptions = {
  policy: 'opaque',
  expirationToleranceMs: 1000,
  maxTrackedBytes: 2 ** 24,
  seed: 7,
};
const shown = (key: string, value = 'v', token = '1', more: Partial<VersionedValue> = {}): ScannedEntry => ({
  key: utf8(key),
  entry: { value: utf8(value), version: { scheme: 'counter', token }, expiration: IMMORTAL, ...more },
});
const openKeys = (ledger: PassLedger): string[] =>
  [...ledger.takeOpen()].map((key) => new TextDecoder().decode(key)).sort();

describe('PassLedger', () => {
  it('counts a key once that both sides show, however often they show it', () => {
    const ledger = new PassLedger(wholeRange, options);
    for (const side of ['first', 'second', 'first', 'second', 'second'] as const)
      ledger.observe(side, shown('k'));
    expect([ledger.agreed, ledger.open]).toEqual([1, 0]);
  });

  it('keeps keys open that one side shows, or that differ', () => {
    const ledger = new PassLedger(wholeRange, options);
    ledger.observe('first', shown('only-first'));
    ledger.observe('second', shown('only-second'));
    ledger.observe('first', shown('value', 'a'));
    ledger.observe('second', shown('value', 'b'));
    ledger.observe('first', shown('long', 'a'.repeat(100)));
    ledger.observe('second', shown('long', `${'a'.repeat(99)}b`));
    ledger.observe('first', shown('token', 'a', '1'));
    ledger.observe('second', shown('token', 'a', '2'));
    expect(ledger.agreed).toBe(1);
    expect(openKeys(ledger)).toEqual(['long', 'only-first', 'only-second', 'value']);
  });

  it('compares versions under counter', () => {
    const ledger = new PassLedger(wholeRange, { ...options, policy: 'counter' });
    ledger.observe('first', shown('token', 'a', '1'));
    ledger.observe('second', shown('token', 'a', '2'));
    expect(openKeys(ledger)).toEqual(['token']);
  });

  it('goes by what a side showed last while the other has not shown it', () => {
    const ledger = new PassLedger(wholeRange, options);
    ledger.observe('first', shown('k', 'old'));
    ledger.observe('first', shown('k', 'new'));
    ledger.observe('second', shown('k', 'new'));
    expect([ledger.agreed, ledger.open]).toEqual([1, 0]);
  });

  it('keeps a key open whose expirations differ', () => {
    const ledger = new PassLedger(wholeRange, options);
    const mortal = (lifespanMs: number) =>
      ({ expiration: { kind: 'mortal', lifespanMs }, createdAtMs: 0 }) as const;
    ledger.observe('second', shown('near', 'v', '1', mortal(5000)));
    ledger.observe('first', shown('near', 'v', '1', mortal(5500)));
    ledger.observe('first', shown('far', 'v', '1', mortal(5000)));
    ledger.observe('second', shown('far', 'v', '1', mortal(9000)));
    expect(ledger.agreed).toBe(1);
    expect(openKeys(ledger)).toEqual(['far']);
  });

  it('stays within its memory by leaving the upper hashes to later passes, which take each key once', () => {
    const small = { ...options, maxTrackedBytes: 65_536 };
    let agreed = 0;
    const open: string[] = [];
    let passes = 0;
    let heaviest = 0;
    for (let range: typeof wholeRange | undefined = wholeRange; range !== undefined; passes++) {
      const ledger = new PassLedger(range, small);
      for (let at = 0; at < 2000; at++) {
        ledger.observe('first', shown(`k${at}`));
        if (at % 100 !== 0) ledger.observe('second', shown(`k${at - (at % 2) + ((at + 1) % 2)}`));
        heaviest = Math.max(heaviest, ledger.bytes);
      }
      agreed += ledger.agreed;
      open.push(...openKeys(ledger));
      range = nextRange(ledger.range);
    }
    expect(heaviest).toBeLessThanOrEqual(65_536);
    expect(passes).toBeGreaterThan(1);
    expect(passes).toBeLessThan(20);
    expect(new Set(open).size).toBe(open.length);
    expect(agreed + open.length).toBe(2000);
    expect(agreed).toBe(1980);
  });
});
