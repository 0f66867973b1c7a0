import { expect, test } from 'vitest';
import { ManualClock } from './manual-clock.js';

test('wakes sleepers in the order of their time, as the clock is turned', async () => {
  const clock = new ManualClock(1_000);
  const woken: string[] = [];
  void clock.sleep(20).then(() => woken.push(`late at ${clock.nowMs()}`));
  void clock.sleep(10).then(() => woken.push(`early at ${clock.nowMs()}`));
  await clock.advance(5);
  expect(woken).toEqual([]);
  await clock.advance(30);
  expect(woken).toEqual(['early at 1010', 'late at 1020']);
  expect(clock.nowMs()).toBe(1_035);
});

test('an abort ends a sleep', async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  expect(clock.sleeping).toBe(0);
});
