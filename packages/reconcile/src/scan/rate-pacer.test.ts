import { ManualClock } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../test/simulate.js';
import { RatePacer } from './rate-pacer.js';

const signal = new AbortController().signal;

describe('RatePacer', () => {
  it('spreads units over time, also between several callers', async () => {
    const clock = new ManualClock(0);
    const pacer = new RatePacer(1000, clock);
    const worker = async (): Promise<void> => {
      for (let batch = 0; batch < 5; batch++) await pacer.take(100, signal);
    };
    await simulate(clock, Promise.all([worker(), worker()]));
    expect(clock.nowMs()).toBe(900);
  });

  it('does not save up for later', async () => {
    const clock = new ManualClock(0);
    const pacer = new RatePacer(1000, clock);
    await pacer.take(100, signal);
    clock.turn(60_000);
    await pacer.take(100, signal);
    await simulate(clock, pacer.take(1, signal));
    expect(clock.nowMs()).toBe(60_100);
  });

  it('lets everything pass without a limit', async () => {
    const clock = new ManualClock(0);
    await new RatePacer(undefined, clock).take(1_000_000, signal);
    expect(clock.sleeping).toBe(0);
  });
});
