import { describe, expect, it } from 'vitest';
import { WriteTurns } from './write-turns.js';

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('WriteTurns', () => {
  it('lets writers of one key go one after the other, in the order they came', async () => {
    const turns = new WriteTurns();
    const gates = [gate(), gate(), gate()];
    const events: string[] = [];
    const runs = gates.map((each, at) =>
      turns.run('k', async () => {
        events.push(`begin ${at}`);
        await each.opened;
        events.push(`end ${at}`);
      }),
    );
    gates[2]!.open();
    gates[1]!.open();
    gates[0]!.open();
    await Promise.all(runs);
    await new Promise(setImmediate);
    expect(events).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
    expect(turns.size).toBe(0);
  });

  it('does not make writers of different keys wait for each other', async () => {
    const turns = new WriteTurns();
    const held = gate();
    const slow = turns.run('a', () => held.opened);
    expect(await turns.run('b', async () => 'written')).toBe('written');
    held.open();
    await slow;
  });

  it('goes on behind a writer that takes too long, and one that failed', async () => {
    const turns = new WriteTurns(1);
    const held = gate();
    const slow = turns.run('k', () => held.opened);
    const failing = turns.run('k', () => Promise.reject(new Error('refused')));
    await expect(failing).rejects.toThrow('refused');
    expect(await turns.run('k', async () => 'written')).toBe('written');
    held.open();
    await slow;
    await new Promise(setImmediate);
    expect(turns.size).toBe(0);
  });

  it('waits longer than its patience while others get their turn', async () => {
    const turns = new WriteTurns(1000, 60_000);
    let under = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 20));
      under--;
    };
    await Promise.all(Array.from({ length: 70 }, () => turns.run('k', work)));
    await new Promise(setImmediate);
    expect([most, turns.size]).toEqual([1, 0]);
  });

  it('refuses a writer whose turn does not come, and lets nobody past those before it', async () => {
    const turns = new WriteTurns(20, 20);
    const held = gate();
    const events: string[] = [];
    const first = turns.run('k', () => Promise.resolve());
    const second = turns.run('k', async () => {
      await held.opened;
      events.push('second');
    });
    const third = turns.run('k', async () => events.push('third')).catch((error) => error.code);
    await first;
    expect(await third).toBe('STORE_OVERLOADED');
    const fourth = turns.run('k', async () => events.push('fourth'));
    held.open();
    await Promise.all([second, fourth]);
    expect(events).toEqual(['second', 'fourth']);
  });

  it('lets no addition go while one before it is under way, nor those behind it', async () => {
    const turns = new WriteTurns(1, 60_000);
    const held = gate();
    const events: string[] = [];
    const first = turns.run('k', async () => {
      await held.opened;
      events.push('first');
    });
    await turns.run('k', async () => events.push('a put'));
    const addition = turns.run('k', async () => events.push('an addition'), { mayOverlap: false });
    await turns.run('k', async () => events.push('another put'));
    held.open();
    await Promise.all([first, addition]);
    await new Promise(setImmediate);
    expect(events).toEqual(['a put', 'another put', 'first', 'an addition']);
    expect(turns.size).toBe(0);
  });
});
