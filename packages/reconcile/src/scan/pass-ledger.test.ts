import {
  IMMORTAL,
  placeOf,
  type ScannedEntry,
  type Side,
  type VersionedValue,
} from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { ShownEntries } from '../diff/shown-entries.js';
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
const observe = (ledger: PassLedger, side: Side, { key, entry }: ScannedEntry, using = options): void => {
  const entries = new ShownEntries(using);
  entries.visit(placeOf(key, entry));
  ledger.observe(side, entries);
};
const openKeys = (ledger: PassLedger): string[] =>
  [...ledger.takeOpen()].map((key) => new TextDecoder().decode(key)).sort();

describe('PassLedger', () => {
  it('counts a key once that both sides show, however often they show it', () => {
    const ledger = new PassLedger(wholeRange, options);
    for (const side of ['first', 'second', 'first', 'second', 'second'] as const)
      observe(ledger, side, shown('k'));
    expect([ledger.agreed, ledger.open]).toEqual([1, 0]);
  });

  it('keeps keys open that one side shows, or that differ', () => {
    const ledger = new PassLedger(wholeRange, options);
    observe(ledger, 'first', shown('only-first'));
    observe(ledger, 'second', shown('only-second'));
    observe(ledger, 'first', shown('value', 'a'));
    observe(ledger, 'second', shown('value', 'b'));
    observe(ledger, 'first', shown('long', 'a'.repeat(100)));
    observe(ledger, 'second', shown('long', `${'a'.repeat(99)}b`));
    observe(ledger, 'first', shown('token', 'a', '1'));
    observe(ledger, 'second', shown('token', 'a', '2'));
    expect(ledger.agreed).toBe(1);
    expect(openKeys(ledger)).toEqual(['long', 'only-first', 'only-second', 'value']);
  });

  it('compares versions under counter', () => {
    const counting = { ...options, policy: 'counter' } as const;
    const ledger = new PassLedger(wholeRange, counting);
    observe(ledger, 'first', shown('token', 'a', '1'), counting);
    observe(ledger, 'second', shown('token', 'a', '2'), counting);
    expect(openKeys(ledger)).toEqual(['token']);
  });

  it('goes by what a side showed last while the other has not shown it', () => {
    const ledger = new PassLedger(wholeRange, options);
    observe(ledger, 'first', shown('k', 'old'));
    observe(ledger, 'first', shown('k', 'new'));
    observe(ledger, 'second', shown('k', 'new'));
    expect([ledger.agreed, ledger.open]).toEqual([1, 0]);
  });

  it('keeps a key open whose expirations differ', () => {
    const ledger = new PassLedger(wholeRange, options);
    const mortal = (lifespanMs: number) =>
      ({ expiration: { kind: 'mortal', lifespanMs }, createdAtMs: 0 }) as const;
    observe(ledger, 'second', shown('near', 'v', '1', mortal(5000)));
    observe(ledger, 'first', shown('near', 'v', '1', mortal(5500)));
    observe(ledger, 'first', shown('far', 'v', '1', mortal(5000)));
    observe(ledger, 'second', shown('far', 'v', '1', mortal(9000)));
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
        observe(ledger, 'first', shown(`k${at}`));
        if (at % 100 !== 0) observe(ledger, 'second', shown(`k${at - (at % 2) + ((at + 1) % 2)}`));
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
