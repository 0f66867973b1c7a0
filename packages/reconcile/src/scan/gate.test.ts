import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

const { signal } = new AbortController();

describe('Gate', () => {
  it('lets in as many as its limit says, in the order of their coming', async () => {
    let limit = 2;
    const gate = new Gate(() => limit);
    const inside: number[] = [];
    const enter = (name: number): Promise<void> => gate.enter(signal).then(() => void inside.push(name));
    const all = [1, 2, 3, 4, 5].map(enter);
    await Promise.all(all.slice(0, 2));
    expect(inside).toEqual([1, 2]);
    limit = 1;
    gate.leave();
    gate.leave();
    await all[2];
    expect(inside).toEqual([1, 2, 3]);
    limit = 9;
    gate.leave();
    await Promise.all(all);
    expect(inside).toEqual([1, 2, 3, 4, 5]);
  });

  it('lets more of those in that weigh less, and nobody past whoever came before', async () => {
    const gate = new Gate(() => 2);
    const inside: string[] = [];
    const enter = (name: string, weight: number): Promise<void> =>
      gate.enter(signal, weight).then(() => void inside.push(name));
    const all = [enter('a', 0.3), enter('b', 0.7), enter('c', 0.7), enter('d', 1), enter('e', 0.1)];
    await Promise.all(all.slice(0, 3));
    gate.leave(0.3);
    await Promise.resolve();
    expect(inside).toEqual(['a', 'b', 'c']);
    gate.leave(0.7);
    await Promise.all(all);
    expect(inside).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('lets one in whatever the limit, and forgets who gave up', async () => {
    const gate = new Gate(() => 0);
    await gate.enter(signal);
    const stop = new AbortController();
    const second = gate.enter(stop.signal);
    const third = gate.through(async () => 'in', signal);
    stop.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    gate.leave();
    expect(await third).toBe('in');
  });
});
