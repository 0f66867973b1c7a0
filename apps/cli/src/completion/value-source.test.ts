import { expect, it } from 'vitest';
import { quoted, valueSource } from './value-source.js';

it('takes choices before everything else', () => {
  expect(valueSource({ kind: 'file', choices: ['a', 'b'] })).toBe('words a b');
  expect(valueSource({ kind: 'job', choices: [] })).toBe('job');
  expect(valueSource({ kind: 'text', choices: [] })).toBe('');
});

it('quotes what shells would read', () => {
  expect(quoted("it's $HOME")).toBe("'it'\\''s $HOME'");
});
