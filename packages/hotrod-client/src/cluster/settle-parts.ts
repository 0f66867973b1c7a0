import { HotRodError } from '../hotrod-error.js';

/** A call that was made in parts. */
export interface PartedCall {
  /** Name of the operation. */
  readonly operation: string;
  readonly cache: string;
  /** Whether parts that succeed change something. */
  readonly writes: boolean;
}

/** One part of a call: how many keys it is about, and its outcome. */
export interface CallPart<T> {
  readonly keys: number;
  readonly outcome: Promise<T>;
}

/**
 * Waits for all parts. When some fail, says how much of the whole was done: `mayHaveBeenApplied` where another part of a
 * write succeeded, or one that failed may have. The errors of the parts are the `cause`, an AggregateError.
 */
export async function settleParts<T>(call: PartedCall, parts: readonly CallPart<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(parts.map(({ outcome }) => outcome));
  const done: T[] = [];
  const failures: HotRodError[] = [];
  let failedKeys = 0;
  let keys = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const size = parts[index]?.keys ?? 0;
    keys += size;
    if (outcome.status === 'fulfilled') {
      done.push(outcome.value);
    } else {
      failures.push(outcome.reason as HotRodError);
      failedKeys += size;
    }
  }
  const [first] = failures;
  if (first === undefined) return done;
  if (parts.length === 1) throw first;
  const applied = call.writes && done.length > 0;
  const rest = applied ? `; the other ${keys - failedKeys} were done` : '';
  throw new HotRodError(
    `${call.operation} failed for ${failedKeys} of ${keys} keys: ${first.message}${rest}`,
    {
      code: first.code,
      operation: call.operation,
      ...(call.cache === '' ? {} : { cache: call.cache }),
      server: first.server,
      status: first.status,
      retryable: failures.every(({ retryable }) => retryable),
      mayHaveBeenApplied: applied || failures.some(({ mayHaveBeenApplied }) => mayHaveBeenApplied),
      cause: new AggregateError(failures, `${failures.length} of ${parts.length} parts failed`),
    },
  );
}
