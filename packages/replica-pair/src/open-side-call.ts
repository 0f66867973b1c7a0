import type { CallDeadline, CallDeadlines, CallOptions, Receiver, StoreError } from '@kvtwin/versioned-value';
import { asStoreError, type SideCall, sideAborted, sideTimeout } from './side-error.js';

/** A store settles its own time limits; the pair steps in this much later, for one that does not. */
const graceMs = 100;

/** What a call needs to know of its side. */
export interface SideOfCall {
  readonly name: string;
  readonly deadlines: CallDeadlines;
  /** Time limit of a call that brings none. */
  readonly timeoutMs: number;
}

/**
 * One call on a side, settled once: by the store, by the time limit or by the signal, whichever comes first. One object for
 * all of it, for a side gets as many as there are requests.
 */
export class OpenSideCall<T> implements CallDeadline, SideCall, Receiver<T> {
  readonly store: string;
  readonly operation: string;
  /** What the store is given: both limits, so that it settles first. */
  readonly passedOptions: CallOptions;
  dueMs = 0;
  slot = -1;
  readonly #side: SideOfCall;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: StoreError) => void;
  #settled = false;

  constructor(
    side: SideOfCall,
    operation: string,
    { signal, timeoutMs = side.timeoutMs }: CallOptions,
    resolve: (result: T) => void,
    reject: (error: StoreError) => void,
  ) {
    this.store = side.name;
    this.operation = operation;
    this.passedOptions = signal === undefined ? { timeoutMs } : { timeoutMs, signal };
    this.#side = side;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Starts both limits; false, and the call is rejected, where the signal has fired already. */
  begin(): boolean {
    if (this.#signal?.aborted) {
      this.#reject(sideAborted(this.#described, this.#signal, false));
      return false;
    }
    this.#side.deadlines.add(this, this.#timeoutMs + graceMs);
    this.#signal?.addEventListener('abort', this, { once: true });
    return true;
  }

  /** What the store answered; without effect where it is settled already. */
  succeed(result: T): void {
    if (this.#release()) this.#resolve(result);
  }

  fail(thrown: unknown): void {
    if (this.#release()) this.#reject(asStoreError(thrown, this.#described));
  }

  /** @internal The time limit. */
  expire(): void {
    this.fail(sideTimeout(this.#described, this.#timeoutMs));
  }

  /** @internal The signal. */
  handleEvent(): void {
    this.fail(sideAborted(this.#described, this.#signal!, true));
  }

  get #described(): SideCall {
    return { store: this.store, operation: this.operation };
  }

  /** True the first time. */
  #release(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#side.deadlines.done(this);
    this.#signal?.removeEventListener('abort', this);
    return true;
  }
}
