import { deflateRawSync } from 'node:zlib';
import { HUSTDB_LIMITS } from '@kvtwin/hustdb-protocol';
import { expect, it } from 'vitest';
import { inflatedEntry } from './inflated-entry.js';

const key = new TextEncoder().encode('key');
const listed = (value: Uint8Array) => ({ key, version: '3', value, deflated: true }) as const;

it('tells the value that a read tells', () => {
  const value = new TextEncoder().encode('a value, a value, a value');
  const entry = inflatedEntry(listed(deflateRawSync(value)));
  expect({ ...entry, value: new Uint8Array(entry.value!) }).toEqual({ key, version: '3', value });
});

it('leaves alone what is stored as it is', () => {
  const entry = { key, version: '3', value: Uint8Array.of(3, 0) };
  expect(inflatedEntry(entry)).toBe(entry);
});

it.each([
  ['is none', Uint8Array.of(0xff, 0xff)],
  ['is cut off', deflateRawSync(new Uint8Array(1000)).subarray(0, 3)],
  ['is longer than any value', deflateRawSync(new Uint8Array(HUSTDB_LIMITS.valueBytes + 1))],
])('still shows the key of a deflated value that %s', (_, value) => {
  const entry = listed(value);
  expect(inflatedEntry(entry)).toBe(entry);
});
