import type { StoreFamily, StoreSelector } from '@kvtwin/versioned-value';

/** What the suite needs to know about the store under test. */
export interface StoreComplianceOptions {
  /** Opens the family under test; called once per suite, and again by the tests that close it. */
  readonly openFamily: () => Promise<StoreFamily>;
  /**
   * Lets `ms` milliseconds pass for the store, for the tests of expiration. Default: waits that long. A store on a
   * clock that is turned by hand passes `async (ms) => clock.turn(ms)`.
   */
  readonly passTime?: (ms: number) => Promise<void>;
  /** What the suite opens, once each. Default: the kv space and a hash with a random table name. */
  readonly selectors?: readonly StoreSelector[];
  /** Size of the large value, in bytes. Default 1 MiB; the store's own limit where that is lower. */
  readonly largeValueBytes?: number;
  /** Keys written for the tests of scans. Default 120. */
  readonly scanKeys?: number;
  /** Time limit of each test, in milliseconds. Default 30,000: real servers and their expirations are slow. */
  readonly testTimeoutMs?: number;
}
