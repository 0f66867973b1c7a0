import { describe, expect, it } from 'vitest';
import { WrittenVersions } from './written-versions.js';

describe('WrittenVersions', () => {
  it('reads nothing below 64', async () => {
    const reads: number[] = [];
    const written = new WrittenVersions();
    const token = await written.tokenOf(63, async () => reads.push(63));
    expect([token, reads]).toEqual(['63', []]);
  });

  it('tells the encoded version once a read has shown that the node encodes', async () => {
    const written = new WrittenVersions();
    expect(await written.tokenOf(64, async () => 80)).toBe('80');
    expect(await written.tokenOf(81, () => Promise.reject(new Error('not asked')))).toBe('97');
  });

  it('tells the plain version once a read has shown a plain counter', async () => {
    const written = new WrittenVersions();
    expect(await written.tokenOf(64, async () => 64)).toBe('64');
    expect(await written.tokenOf(65, () => Promise.reject(new Error('not asked')))).toBe('65');
  });

  it.each([
    ['another writer came between', async () => 70],
    ['the key is gone', async () => undefined],
    ['the read failed', () => Promise.reject(new Error('reset'))],
  ])('tells nothing, and asks again, where %s', async (_why, readBack) => {
    const written = new WrittenVersions();
    expect(await written.tokenOf(64, readBack)).toBeUndefined();
    expect(await written.tokenOf(65, async () => 65)).toBe('65');
  });
});
