import { ManualClock } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { CallDeadlines } from './call-deadlines.js';

const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('CallDeadlines', () => {
  it('expires each call at its time, in whatever order they were added, and not those that are done', async () => {
    const clock = new ManualClock(0);
    const deadlines = new CallDeadlines(clock);
    const expired: string[] = [];
    const add = (name: string, ms: number) =>
      deadlines.add(ms, () => expired.push(`${name} at ${clock.nowMs()}`));
    add('late', 300);
    const done = add('done', 200);
    add('early', 100);
    deadlines.done(done);
    for (let step = 0; step < 4; step++) {
      clock.turn(100);
      await flush();
    }
    expect(expired).toEqual(['early at 100', 'late at 300']);
    expect(clock.sleeping).toBe(0);
  });

  it('sleeps once for many calls, and not at all for none', async () => {
    const clock = new ManualClock(0);
    const deadlines = new CallDeadlines(clock);
    const open = Array.from({ length: 50 }, () => deadlines.add(1000, () => undefined));
    expect(clock.sleeping).toBe(1);
    for (const deadline of open) deadlines.done(deadline);
    expect(clock.sleeping).toBe(0);
    deadlines.add(10, () => undefined);
    expect(clock.sleeping).toBe(1);
    clock.turn(10);
    await flush();
    expect(clock.sleeping).toBe(0);
  });

  it('goes on for calls that are added while others expire', async () => {
    const clock = new ManualClock(0);
    const deadlines = new CallDeadlines(clock);
    const expired: number[] = [];
    const again = (): void => {
      expired.push(clock.nowMs());
      if (expired.length < 3) deadlines.add(10, again);
    };
    deadlines.add(10, again);
    for (let step = 0; step < 5; step++) {
      clock.turn(10);
      await flush();
    }
    expect(expired).toEqual([10, 20, 30]);
  });
});
