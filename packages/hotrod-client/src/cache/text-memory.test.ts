import { describe, expect, it } from 'vitest';
import { TextMemory } from './text-memory.js';

const decode = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8');

describe('the memory of large texts', () => {
  it.each([
    ['ASCII', 'a'.repeat(65_536)],
    ['Latin-1', 'é'.repeat(5_000)],
    ['pairs', '\ud83d\ude00'.repeat(4_096)],
    ['a length that is no power of two', `${'x'.repeat(70_000)}é`],
    ['the shortest', 'a'.repeat(4_096)],
    ['the longest', 'a'.repeat(262_144)],
  ])('holds their UTF-8: %s', (_, text) => {
    const memory = new TextMemory();
    const bytes = memory.lend(text);
    expect(decode(bytes)).toBe(text);
    expect(bytes).toHaveLength(Buffer.byteLength(text));
  });

  it.each([
    ['too short', 'a'.repeat(4_095)],
    ['too long', 'a'.repeat(262_145)],
    ['too long as UTF-8', 'é'.repeat(200_000)],
    ['without UTF-8', `${'a'.repeat(5_000)}\ud800`],
  ])('is not for those that are %s', (_, text) => {
    expect(new TextMemory().lend(text)).toBeUndefined();
  });

  it('is used again only once it was given back', () => {
    const memory = new TextMemory();
    const first = memory.lend('a'.repeat(60_000))!;
    const second = memory.lend('b'.repeat(60_000))!;
    expect(second.buffer).not.toBe(first.buffer);
    memory.giveBack(first);
    expect(memory.keptBytes).toBe(65_536);
    const third = memory.lend('c'.repeat(50_000))!;
    expect(third.buffer).toBe(first.buffer);
    expect(memory.keptBytes).toBe(0);
    expect(decode(second)).toBe('b'.repeat(60_000));
    expect(decode(third)).toBe('c'.repeat(50_000));
  });

  it('takes nothing twice, and nothing that it has not lent', () => {
    const memory = new TextMemory();
    const bytes = memory.lend('a'.repeat(5_000))!;
    memory.giveBack(bytes);
    memory.giveBack(bytes);
    memory.giveBack(new Uint8Array(8_192));
    expect(memory.keptBytes).toBe(8_192);
    const [one, two] = [memory.lend('b'.repeat(5_000))!, memory.lend('c'.repeat(5_000))!];
    expect(one.buffer).not.toBe(two.buffer);
  });

  it('keeps no more than some megabytes', () => {
    const memory = new TextMemory();
    const all = Array.from({ length: 100 }, () => memory.lend('a'.repeat(200_000))!);
    for (const bytes of all) memory.giveBack(bytes);
    expect(memory.keptBytes).toBe(8 * 1024 * 1024);
  });
});
