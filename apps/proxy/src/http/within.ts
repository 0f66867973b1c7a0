import { type CallDeadline, CallDeadlines, systemClock } from '@kvtwin/versioned-value';

/** All under way, on one timer: one for each request costs as much as a request's whole answer. */
const deadlines = new CallDeadlines(systemClock);

/** Work that must be done by a certain time. */
class LimitedWork<T> implements CallDeadline {
  dueMs = 0;
  slot = -1;

  constructor(private readonly resolve: (result: T | undefined) => void) {}

  expire(): void {
    this.resolve(undefined);
  }
}

/** Resolves as `work` does, or with undefined once `timeoutMs` are over; what `work` does later is ignored. */
export function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const limited = new LimitedWork(resolve);
    deadlines.add(limited, timeoutMs);
    work.then(
      (value) => {
        deadlines.done(limited);
        resolve(value);
      },
      (error: unknown) => {
        deadlines.done(limited);
        reject(error);
      },
    );
  });
}
