import {
  CallDeadlines,
  type CallOptions,
  type Clock,
  classifyPair,
  type EntryVersion,
  expirationToleranceMs,
  offerDirectPairReads,
  type PairRead,
  type PairStore,
  type PairWrite,
  type PairWriteOptions,
  type Receiver,
  type SideRead,
  type SideWrite,
  StoreError,
  systemClock,
  type Two,
  type VersionedStore,
  type VersionPolicy,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { type ConfirmOptions, type ConfirmResult, confirmDifference } from './confirm-difference.js';
import { PairSide } from './pair-side.js';
import { repairKey } from './repair-key.js';
import type { RepairRequest } from './repair-request.js';
import type { RepairResult } from './repair-result.js';
import type { Sha256 } from './sha256-hex.js';
import { sideAborted } from './side-error.js';
import { settleWrite } from './write-side.js';

/** How a {@link ReplicaPairStore} is made. */
export interface ReplicaPairStoreOptions {
  /** Either side may be a function: it is called when the side is first needed, and again after it failed. */
  readonly first: VersionedStore | (() => Promise<VersionedStore>);
  readonly second: VersionedStore | (() => Promise<VersionedStore>);
  readonly policy: VersionPolicy;
  readonly name?: string;
  /** What people call the sides. Default: the stores' names, or `first` and `second` while they are not open. */
  readonly sideNames?: Two<string>;
  readonly clock?: Clock;
  /** Time limit per side of a call that brings none, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** Default: the stores' units and a second, see `expirationToleranceMs`. */
  readonly expirationToleranceMs?: number;
  /** Default: Web Crypto. */
  readonly sha256?: Sha256;
}

/**
 * Longer than a healthy store ever takes, and short enough that a caller still gets an answer from one dead side
 * within the time that people wait.
 */
export const defaultSideTimeoutMs = 5000;

const NOT_ASKED: SideRead = { state: 'unknown' };

/** One kv space or table of two stores, read and written as one. */
export class ReplicaPairStore implements PairStore {
  readonly name: string;
  readonly policy: VersionPolicy;
  readonly sideNames: Two<string>;
  readonly #sides: Two<PairSide>;
  readonly #clock: Clock;
  readonly #sha256: Sha256 | undefined;
  #toleranceMs: number | undefined;

  constructor(options: ReplicaPairStoreOptions) {
    this.policy = options.policy;
    this.sideNames = options.sideNames ?? [nameOf(options.first, 'first'), nameOf(options.second, 'second')];
    this.name = options.name ?? this.sideNames.join(' | ');
    this.#clock = options.clock ?? systemClock;
    this.#sha256 = options.sha256;
    this.#toleranceMs = options.expirationToleranceMs;
    const deadlines = new CallDeadlines(this.#clock);
    const side = (store: VersionedStore | (() => Promise<VersionedStore>), name: string): PairSide =>
      new PairSide({
        name,
        open: typeof store === 'function' ? store : async () => store,
        deadlines,
        timeoutMs: options.timeoutMs ?? defaultSideTimeoutMs,
      });
    this.#sides = [side(options.first, this.sideNames[0]), side(options.second, this.sideNames[1])];
    offerDirectPairReads(this, {
      read: (key, call, receiver) => this.#read(key, call, receiver),
      readFirst: (key, call, receiver) => this.#readFirst(key, call, receiver),
    });
  }

  /**
   * Reads both sides at the same time, each within its own time limit, and compares them. A side that fails or is late
   * is `failed` in the result. Rejects only with `STORE_ABORTED`. Reading resets the max-idle time on both sides.
   */
  read(key: Uint8Array, options: CallOptions = {}): Promise<PairRead> {
    return new Promise((resolve, reject) => this.#read(key, options, { succeed: resolve, fail: reject }));
  }

  #read(key: Uint8Array, options: CallOptions, receiver: Receiver<PairRead>): void {
    let first: SideRead | undefined;
    let second: SideRead | undefined;
    const settle = (): void => {
      if (first !== undefined && second !== undefined) this.#compare(first, second, options, receiver);
    };
    this.#sides[0].readTo(key, options, (read) => {
      first = read;
      settle();
    });
    this.#sides[1].readTo(key, options, (read) => {
      second = read;
      settle();
    });
  }

  /** {@link read} for many keys in one call per side; answers in the order of `keys`. */
  async readMany(keys: readonly Uint8Array[], options: CallOptions = {}): Promise<PairRead[]> {
    if (keys.length === 0) return [];
    const [first, second] = await this.#both((side) => side.readMany(keys, options));
    this.#throwIfAborted(options, 'readMany');
    const reads = keys.map((_, at): Two<SideRead> => [first[at]!, second[at]!]);
    const toleranceMs = await this.#tolerance(reads);
    return reads.map((sides) => this.#classify(sides[0], sides[1], toleranceMs));
  }

  readFirst(key: Uint8Array, options: CallOptions = {}): Promise<Two<SideRead>> {
    return new Promise((resolve, reject) =>
      this.#readFirst(key, options, { succeed: resolve, fail: reject }),
    );
  }

  #readFirst(key: Uint8Array, options: CallOptions, receiver: Receiver<Two<SideRead>>): void {
    this.#sides[0].readTo(key, options, (first) => {
      if (options.signal?.aborted) receiver.fail(this.#aborted(options.signal, 'readFirst'));
      else if (first.state === 'present') receiver.succeed([first, NOT_ASKED]);
      else {
        this.#sides[1].readTo(key, options, (second) => {
          if (options.signal?.aborted) receiver.fail(this.#aborted(options.signal, 'readFirst'));
          else receiver.succeed([first, second]);
        });
      }
    });
  }

  /**
   * Writes the first side, then the second, and the second also when the first did not take it, as HustDB HA does.
   * Never rejects because a side failed: that side is `rejected` (it answered no) or `unknown` (it may have happened).
   */
  put(key: Uint8Array, value: Uint8Array, options: PairWriteOptions = {}): Promise<PairWrite> {
    const { ifVersion: _, ifVersions: __, ...write } = options;
    return this.#writeBoth('put', options, (store, version, call) =>
      version === undefined
        ? store.put(key, value, { ...write, ...call })
        : store.replaceIfVersion(key, value, version, { ...write, ...call }),
    );
  }

  /** Removes the key from the first side, then the second; see {@link put}. */
  remove(key: Uint8Array, options: PairWriteOptions = {}): Promise<PairWrite> {
    const { replayVersion } = options;
    return this.#writeBoth('remove', options, (store, version, call) =>
      version === undefined
        ? store.remove(key, { ...(replayVersion === undefined ? {} : { replayVersion }), ...call })
        : store.removeIfVersion(key, version, call),
    );
  }

  /** Reads one side within its time limit; a failure is a value. */
  readSide(at: 0 | 1, key: Uint8Array, options: CallOptions = {}): Promise<SideRead> {
    return this.#sides[at].read(key, options);
  }

  /** Runs a write of yours on one side within its time limit, and tells how it ended. Never rejects. */
  writeSide(
    at: 0 | 1,
    options: CallOptions,
    write: (store: VersionedStore, options: CallOptions) => Promise<WriteResult>,
  ): Promise<SideWrite> {
    const side = this.#sides[at];
    return settleWrite(() => side.call('write', options, write), side.name);
  }

  /** Reads a key until a difference is seen to stay over a settle window, or goes away. */
  confirm(key: Uint8Array, options: ConfirmOptions = {}): Promise<ConfirmResult> {
    const { signal, timeoutMs } = options;
    return confirmDifference(() => this.read(key, { signal, timeoutMs }), this.#clock, options);
  }

  /**
   * Sets one key right under compare-and-set: writes only the side or sides that do not hold what is asked for, with
   * the tokens of the read it is based on, and reads both sides again afterwards.
   */
  repair(key: Uint8Array, request: RepairRequest): Promise<RepairResult> {
    const parts = {
      sides: this.#sides,
      read: (repaired: Uint8Array, options: CallOptions) => this.read(repaired, options),
      clock: this.#clock,
      sha256: this.#sha256,
    };
    return repairKey(parts, key, request);
  }

  /** Closes both stores, as far as they were opened. */
  async close(): Promise<void> {
    await this.#both((side) => side.close());
  }

  async #writeBoth(
    operation: string,
    options: PairWriteOptions,
    write: (
      store: VersionedStore,
      version: EntryVersion | undefined,
      call: CallOptions,
    ) => Promise<WriteResult>,
  ): Promise<PairWrite> {
    if (options.ifVersion !== undefined && options.ifVersions !== undefined) {
      throw new StoreError('give ifVersion or ifVersions, not both', {
        code: 'STORE_INVALID_ARGUMENT',
        store: this.name,
        operation,
      });
    }
    this.#throwIfAborted(options, operation);
    const one = (at: 0 | 1): Promise<SideWrite> => {
      if (options.signal?.aborted) return Promise.resolve({ state: 'not-sent' });
      const side = this.#sides[at];
      const version = options.ifVersions?.[at] ?? options.ifVersion;
      return settleWrite(
        () => side.call(operation, options, (store, call) => write(store, version, call)),
        side.name,
      );
    };
    return { sides: [await one(0), await one(1)] };
  }

  async #both<T>(ask: (side: PairSide) => Promise<T>): Promise<Two<T>> {
    return Promise.all([ask(this.#sides[0]), ask(this.#sides[1])]);
  }

  #compare(first: SideRead, second: SideRead, { signal }: CallOptions, receiver: Receiver<PairRead>): void {
    if (signal?.aborted) {
      receiver.fail(this.#aborted(signal, 'read'));
      return;
    }
    if (this.#toleranceMs !== undefined) {
      receiver.succeed(this.#classify(first, second, this.#toleranceMs));
      return;
    }
    this.#tolerance([[first, second]]).then(
      (toleranceMs) => receiver.succeed(this.#classify(first, second, toleranceMs)),
      (error: unknown) => receiver.fail(error),
    );
  }

  #classify(first: SideRead, second: SideRead, toleranceMs: number): PairRead {
    return classifyPair(first, second, this.policy, { expirationToleranceMs: toleranceMs });
  }

  /** Known once both stores are open, as they are when both have a key; a side that hangs is never asked. */
  async #tolerance(reads: readonly Two<SideRead>[]): Promise<number> {
    if (this.#toleranceMs !== undefined) return this.#toleranceMs;
    if (!reads.some((sides) => sides.every((side) => side.state === 'present'))) return 0;
    this.#toleranceMs = expirationToleranceMs(await this.#both((side) => side.capabilities()));
    return this.#toleranceMs;
  }

  #throwIfAborted(options: CallOptions, operation: string): void {
    if (options.signal?.aborted) throw this.#aborted(options.signal, operation);
  }

  #aborted(signal: AbortSignal, operation: string): StoreError {
    return sideAborted({ store: this.name, operation }, signal, false);
  }
}

function nameOf(store: VersionedStore | (() => Promise<VersionedStore>), otherwise: string): string {
  return typeof store === 'function' ? otherwise : store.name;
}
