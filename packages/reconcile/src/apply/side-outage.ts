import { type SideRead, type SideWrite, StoreError, type StoreErrorCode } from '@kvtwin/versioned-value';

/** Failures that the next row would meet as well. */
const ofTheSide: ReadonlySet<StoreErrorCode> = new Set([
  'STORE_UNREACHABLE',
  'STORE_TIMEOUT',
  'STORE_CLOSED',
  'STORE_AUTH',
]);

/**
 * Notices that a side is gone: so many rows in a row failed, and none went through in between. Going on would only let
 * each of a million rows wait for its time limit.
 */
export class SideOutage {
  readonly #rowsInARow: number;
  readonly #operation: string;
  #failed = 0;

  constructor(rowsInARow: number, operation: string) {
    this.#rowsInARow = rowsInARow;
    this.#operation = operation;
  }

  /** Takes down how a row went; throws the side's error once there were too many. */
  take(error: StoreError | undefined): void {
    if (error === undefined || !ofTheSide.has(error.code)) {
      this.#failed = 0;
      return;
    }
    this.#failed++;
    if (this.#failed < this.#rowsInARow) return;
    const { code, store } = error;
    throw new StoreError(`stopped after ${this.#failed} failures in a row: ${error.message}`, {
      code,
      ...(store === undefined ? {} : { store }),
      operation: this.#operation,
      cause: error,
    });
  }
}

/** The first error among what the sides answered. */
export function errorOf(answers: readonly (SideRead | SideWrite)[]): StoreError | undefined {
  for (const answer of answers) {
    if ('error' in answer && StoreError.is(answer.error)) return answer.error;
  }
  return undefined;
}
