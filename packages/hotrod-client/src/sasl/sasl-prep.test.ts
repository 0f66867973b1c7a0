import { expect, it } from 'vitest';
import { saslPrep } from './sasl-prep.js';

it.each([
  ['soft hyphens go', 'I\u00adX', 'IX'],
  ['ASCII stays', 'user', 'user'],
  ['case stays', 'USER', 'USER'],
  ['compatibility forms are made one', '\u00aa\u2168', 'aIX'],
  ['accents are composed', 'e\u0301', '\u00e9'],
  ['spaces are spaces', 'a\u00a0b\u3000c', 'a b c'],
  ['characters outside the basic plane stay', '\u{1f511}', '\u{1f511}'],
])('%s (RFC 4013)', (_, given, prepared) => {
  expect(saslPrep(given, 'password')).toBe(prepared);
});

it.each(['\u0007', 'a\0', '\u200e', '\ue000', '\ud800', '\u{e0041}'])('%j is refused', (given) => {
  expect(() => saslPrep(given, 'password')).toThrow(/RFC 4013/);
});
