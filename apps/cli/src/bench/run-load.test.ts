import { ManualClock } from '@kvtwin/testkit';
import { expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';
import type { LoadClock } from './load-clock.js';
import { type LoadShape, type Operation, runLoad } from './run-load.js';

/** What a run measured, with time turned by hand until it ends. */
async function measured(
  shape: LoadShape,
  operation: (clock: ManualClock) => Operation['run'],
  signal = new AbortController().signal,
) {
  const manual = new ManualClock();
  const clock: LoadClock = {
    nowMs: () => manual.nowMs(),
    until: (atMs, stop) => manual.sleep(atMs - manual.nowMs(), stop).catch(() => undefined),
  };
  const latencies: number[] = [];
  const notBegun: number[] = [];
  const errors: unknown[] = [];
  let isOver = false;
  const run = operation(manual);
  const running = runLoad(
    shape,
    () => ({ kind: 'get', run }),
    {
      onEnd: (_, ms, error) => (error === undefined ? latencies.push(ms) : errors.push(error)),
      onNotBegun: (_, ms) => notBegun.push(ms),
      onLate: (ms) => expect(ms).toBe(0),
    },
    clock,
    signal,
  ).finally(() => {
    isOver = true;
  });
  while (!isOver) await manual.advance(1);
  return { tookMs: await running, latencies, notBegun, errors };
}

/** A server that answers in 1 ms, but from 1,000 to 2,000 ms after the beginning it answers nothing. */
function stalling(clock: ManualClock): Operation['run'] {
  const startMs = clock.nowMs();
  return async () => {
    const atMs = clock.nowMs() - startMs;
    const doneMs = atMs >= 1000 && atMs < 2000 ? 2001 : atMs + 1;
    await clock.sleep(doneMs - atMs);
  };
}

it('charges a server that stalls for everything that was due meanwhile', async () => {
  const shape = { rate: 100, durationMs: 4000, maxInFlight: 10_000 };
  const { latencies, tookMs } = await measured(shape, stalling);
  expect(latencies).toHaveLength(400);
  expect(tookMs).toBe(3991);
  const histogram = new LatencyHistogram();
  for (const ms of latencies) histogram.record(ms);
  // A quarter of all was due during the second in which nothing was answered.
  expect(latencies.filter((ms) => ms > 1)).toHaveLength(100);
  expect(histogram.quantileMs(0.5)).toBe(1);
  expect(Math.round(histogram.quantileMs(0.9))).toBeGreaterThan(580);
  expect(Math.round(histogram.maxMs)).toBe(1001);
});

it('charges it alike where few operations may be under way at a time', async () => {
  const shape = { rate: 100, durationMs: 4000, maxInFlight: 1 };
  const { latencies } = await measured(shape, stalling);
  expect(latencies).toHaveLength(400);
  // One waits for the server, the others for it: the same second is charged, and the time to work off the queue.
  expect(latencies.filter((ms) => ms > 1).length).toBeGreaterThanOrEqual(100);
  expect(Math.max(...latencies)).toBe(1001);
});

it('does not see it in a closed loop, which is why the open one is there', async () => {
  const { latencies } = await measured({ inFlight: 1, durationMs: 4000, maxInFlight: 1 }, stalling);
  expect(latencies.filter((ms) => ms > 1)).toHaveLength(1);
});

it('counts what was due and never begun, with the time that it had waited', async () => {
  const never =
    (clock: ManualClock): Operation['run'] =>
    () =>
      clock.sleep(500);
  const { latencies, notBegun } = await measured({ rate: 100, durationMs: 100, maxInFlight: 2 }, never);
  expect(latencies).toEqual([500, 500]);
  expect(notBegun).toEqual([490, 480, 470, 460, 450, 440, 430, 420]);
});

it('tells failures apart, and begins nothing more once it is stopped', async () => {
  const failing = (): Operation['run'] => () => Promise.reject(new Error('no'));
  const { latencies, errors } = await measured({ rate: 100, durationMs: 100, maxInFlight: 10 }, failing);
  expect(latencies).toEqual([]);
  expect(errors).toHaveLength(10);
  const stopping = new AbortController();
  let begun = 0;
  await measured(
    { rate: 100, durationMs: 1000, maxInFlight: 10 },
    () => async () => {
      if (++begun === 3) stopping.abort();
    },
    stopping.signal,
  );
  expect(begun).toBe(3);
});
