import { describe, expect, it } from 'vitest';
import { Places } from './places.js';

/** Work that ends when it is told to. */
function work(log: string[], name: string): { run: () => Promise<string>; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end,
    run: async () => {
      log.push(name);
      await ended;
      return name;
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('places', () => {
  it('let so many run at a time, the others in the order they came', async () => {
    const places = new Places(2);
    const log: string[] = [];
    const all = ['a', 'b', 'c', 'd'].map((name) => work(log, name));
    const runs = all.map(({ run }) => places.run(run));
    await settled();
    expect(log).toEqual(['a', 'b']);
    all[1]!.end();
    expect(await runs[1]).toBe('b');
    await settled();
    expect(log).toEqual(['a', 'b', 'c']);
    for (const { end } of all) end();
    expect(await Promise.all(runs)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('give the place of work that fails to the next', async () => {
    const places = new Places(1);
    await expect(places.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await places.run(async () => 'next')).toBe('next');
  });

  it('forget who is given up while it waits', async () => {
    const places = new Places(1);
    const log: string[] = [];
    const [first, second, third] = ['a', 'b', 'c'].map((name) => work(log, name)) as [
      ReturnType<typeof work>,
      ReturnType<typeof work>,
      ReturnType<typeof work>,
    ];
    const stop = new AbortController();
    const running = places.run(first.run);
    const waiting = places.run(second.run, stop.signal);
    const behind = places.run(third.run);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_ABORTED' });
    await expect(places.run(second.run, stop.signal)).rejects.toMatchObject({ code: 'STORE_ABORTED' });
    first.end();
    third.end();
    expect(await Promise.all([running, behind])).toEqual(['a', 'c']);
    expect(log).toEqual(['a', 'c']);
  });
});
