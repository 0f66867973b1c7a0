import type { ManualClock } from '@kvtwin/versioned-value';

/** Runs `work` in simulated time: whenever nothing else is left to do, the clock turns to the next sleeper. */
export async function simulate<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  finished.catch(() => undefined);
  let idle = 0;
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    idle = clock.turnToNext() ? 0 : idle + 1;
    if (idle > 1000) throw new Error('nothing sleeps and nothing goes on');
  }
  return finished;
}
