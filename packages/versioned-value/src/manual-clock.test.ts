import { describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from './index.js';

describe('ManualClock', () => {
  it('wakes sleepers in the order of their times, at their times', async () => {
    const clock = new ManualClock(0);
    const woken: string[] = [];
    const sleeps = [
      clock.sleep(20).then(() => woken.push('later')),
      clock.sleep(10).then(() => woken.push('sooner')),
    ];
    clock.turn(9);
    expect(clock.sleeping).toBe(2);
    clock.turn(11);
    await Promise.all(sleeps);
    expect(woken).toEqual(['sooner', 'later']);
    expect(clock.nowMs()).toBe(20);
  });

  it('turns to the next sleeper, however far that is', async () => {
    const clock = new ManualClock(0);
    const sleeps = [clock.sleep(3_600_000), clock.sleep(7_200_000)];
    expect(clock.turnToNext()).toBe(true);
    await sleeps[0];
    expect([clock.nowMs(), clock.sleeping]).toEqual([3_600_000, 1]);
    expect([clock.turnToNext(), clock.turnToNext()]).toEqual([true, false]);
    await sleeps[1];
  });

  it('does not sleep for no time', async () => {
    await new ManualClock().sleep(0);
  });

  it.each([
    ['ManualClock', new ManualClock()],
    ['systemClock', systemClock],
  ])('%s rejects with the reason of the signal', async (_, clock) => {
    const controller = new AbortController();
    const sleep = clock.sleep(1_000_000, controller.signal);
    controller.abort('enough');
    await expect(sleep).rejects.toBe('enough');
    await expect(clock.sleep(1, controller.signal)).rejects.toBe('enough');
  });
});
