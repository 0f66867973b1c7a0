import { describe, expect, it } from 'vitest';
import { type CallDeadline, CallDeadlines } from './call-deadlines.js';
import type { Alarm } from './clock.js';
import { ManualClock } from './manual-clock.js';

/** A manual clock with alarms; counts those that keep the process alive. */
class AlarmClock extends ManualClock {
  holding = 0;
  set = 0;

  alarm(ms: number, ring: () => void): Alarm {
    const stop = new AbortController();
    let held = true;
    const hold = (busy: boolean): void => {
      if (busy !== held) this.holding += busy ? 1 : -1;
      held = busy;
    };
    this.set++;
    this.holding++;
    this.sleep(ms, stop.signal).then(
      () => {
        hold(false);
        ring();
      },
      () => hold(false),
    );
    return { hold, cancel: () => stop.abort(notNeeded) };
  }
}

const notNeeded = new Error('cancelled');

function add(deadlines: CallDeadlines, ms: number, expire: () => void): CallDeadline {
  const deadline = { dueMs: 0, slot: -1, expire };
  deadlines.add(deadline, ms);
  return deadline;
}

const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ['sleeps only', () => new ManualClock(0)],
  ['has alarms', () => new AlarmClock(0)],
])('CallDeadlines on a clock that %s', (_, makeClock) => {
  it('expires each call at its time, in whatever order they were added, and not those that are done', async () => {
    const clock = makeClock();
    const deadlines = new CallDeadlines(clock);
    const expired: string[] = [];
    const named = (name: string, ms: number) =>
      add(deadlines, ms, () => expired.push(`${name} at ${clock.nowMs()}`));
    named('late', 300);
    const done = named('done', 200);
    named('early', 100);
    deadlines.done(done);
    for (let step = 0; step < 4; step++) {
      clock.turn(100);
      await flush();
    }
    expect(expired).toEqual(['early at 100', 'late at 300']);
    expect(clock.sleeping).toBe(0);
  });

  it('goes on for calls that are added while others expire', async () => {
    const clock = makeClock();
    const deadlines = new CallDeadlines(clock);
    const expired: number[] = [];
    const again = (): void => {
      expired.push(clock.nowMs());
      if (expired.length < 3) add(deadlines, 10, again);
    };
    add(deadlines, 10, again);
    for (let step = 0; step < 5; step++) {
      clock.turn(10);
      await flush();
    }
    expect(expired).toEqual([10, 20, 30]);
  });
});

describe('CallDeadlines', () => {
  it('sleeps once for many calls, and not at all for none', async () => {
    const clock = new ManualClock(0);
    const deadlines = new CallDeadlines(clock);
    const open = Array.from({ length: 50 }, () => add(deadlines, 1000, () => undefined));
    expect(clock.sleeping).toBe(1);
    for (const deadline of open) deadlines.done(deadline);
    expect(clock.sleeping).toBe(0);
    add(deadlines, 10, () => undefined);
    expect(clock.sleeping).toBe(1);
    clock.turn(10);
    await flush();
    expect(clock.sleeping).toBe(0);
  });

  it('leaves an alarm set between calls, and has it keep the process alive only during them', async () => {
    const clock = new AlarmClock(0);
    const deadlines = new CallDeadlines(clock);
    for (let call = 0; call < 50; call++) {
      const deadline = add(deadlines, 1000, () => undefined);
      expect(clock.holding).toBe(1);
      deadlines.done(deadline);
      deadlines.done(deadline);
      expect(clock.holding).toBe(0);
    }
    expect(clock.set).toBe(1);
    clock.turn(900);
    const expired: number[] = [];
    add(deadlines, 1000, () => expired.push(clock.nowMs()));
    for (let step = 0; step < 10; step++) {
      clock.turn(100);
      await flush();
    }
    expect([expired, clock.holding, clock.set]).toEqual([[1900], 0, 2]);
  });
});
