import { type Clock, StoreError, type StoreErrorCode } from '@kvtwin/versioned-value';

/** Doubled from one attempt to the next. */
const firstPauseMs = 100;

/** Failures that may pass. */
const passing: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  'STORE_UNREACHABLE',
  'STORE_TIMEOUT',
  'STORE_OVERLOADED',
  'STORE_REJECTED',
  'STORE_CONTENTION',
]);

/** What {@link retryPassing} works with. */
export interface RetryOptions {
  readonly retries: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Does `work`, again after a pause where it failed in a way that may pass. `attempt` counts from 0. */
export async function retryPassing<T>(
  { retries, clock, signal }: RetryOptions,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!StoreError.is(error) || !passing.has(error.code) || attempt === retries) throw error;
      await clock.sleep(firstPauseMs * 2 ** attempt, signal);
    }
  }
}
