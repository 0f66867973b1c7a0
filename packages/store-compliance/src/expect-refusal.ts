import { StoreError, type StoreErrorCode } from '@kvtwin/versioned-value';
import { expect } from 'vitest';

/** Asserts that a call rejects with a StoreError of one of these codes, at once or when it is awaited. */
export async function expectRefusal(
  call: () => Promise<unknown>,
  ...codes: readonly StoreErrorCode[]
): Promise<void> {
  const thrown = await Promise.resolve()
    .then(call)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  if (!('error' in thrown)) throw new Error(`not refused; the answer was ${JSON.stringify(thrown.value)}`);
  if (!StoreError.is(thrown.error)) {
    throw new Error('rejected with something else than a StoreError', { cause: thrown.error });
  }
  expect(codes).toContain(thrown.error.code);
}
