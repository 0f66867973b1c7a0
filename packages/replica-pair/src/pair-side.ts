import {
  type CallDeadlines,
  type CallOptions,
  getTo,
  type SideRead,
  type StoreCapabilities,
  type VersionedStore,
  type VersionedValue,
} from '@kvtwin/versioned-value';
import { OpenSideCall } from './open-side-call.js';
import { asStoreError } from './side-error.js';

/** Keys read at once where a side cannot answer them in one call: enough to hide latency, few enough for one socket. */
const singleReadsAtOnce = 16;

/** What a side is made of. `open` is asked again after it failed. */
export interface PairSideParts {
  readonly name: string;
  readonly open: () => Promise<VersionedStore>;
  /** May be shared between sides. */
  readonly deadlines: CallDeadlines;
  /** Time limit of a call that brings none. */
  readonly timeoutMs: number;
}

/** One side of a pair: opens its store when it is first needed, and settles every call within its time limit. */
export class PairSide {
  readonly name: string;
  readonly #parts: PairSideParts;
  #opening: Promise<VersionedStore> | undefined;
  #opened: VersionedStore | undefined;

  constructor(parts: PairSideParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  async capabilities(): Promise<StoreCapabilities> {
    return (await this.#store()).capabilities;
  }

  /**
   * Runs one call. Rejects with a StoreError only: the store's own, or, when that settles neither by the time limit
   * nor by the signal, which both are passed to it, one of ours a moment later. A call given up is left to itself.
   */
  call<T>(
    operation: string,
    options: CallOptions,
    run: (store: VersionedStore, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = new OpenSideCall<T>(this.#parts, operation, options, resolve, reject);
      if (!call.begin()) return;
      this.#run(call, run).then(
        (result) => call.succeed(result),
        (error: unknown) => call.fail(error),
      );
    });
  }

  /** Reads one key; a failure is a value. */
  read(key: Uint8Array, options: CallOptions): Promise<SideRead> {
    return new Promise((resolve) => this.readTo(key, options, resolve));
  }

  /** {@link read} without a promise; `done` is called once, perhaps before this returns. */
  readTo(key: Uint8Array, options: CallOptions, done: (read: SideRead) => void): void {
    const call = new OpenSideCall<VersionedValue | undefined>(
      this.#parts,
      'get',
      options,
      (entry) => done(foundOrAbsent(entry)),
      (error) => done({ state: 'failed', error }),
    );
    if (!call.begin()) return;
    const opened = this.#opened;
    if (opened !== undefined) {
      getTo(opened, key, call.passedOptions, call);
      return;
    }
    this.#store().then(
      (store) => getTo(store, key, call.passedOptions, call),
      (error: unknown) => call.fail(error),
    );
  }

  async #run<T>(
    { passedOptions }: OpenSideCall<T>,
    run: (store: VersionedStore, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    return run(this.#opened ?? (await this.#store()), passedOptions);
  }

  /** Reads keys in one call; where one of them spoils the answer for all, one by one. */
  async readMany(keys: readonly Uint8Array[], options: CallOptions): Promise<SideRead[]> {
    try {
      const entries = await this.call('getMany', options, (store, call) => store.getMany(keys, call));
      return keys.map((_, at) => foundOrAbsent(entries[at]));
    } catch (thrown) {
      const error = asStoreError(thrown, { store: this.name, operation: 'getMany' });
      if (keys.length > 1 && mayConcernOneKey.has(error.code)) return this.#readSingly(keys, options);
      return keys.map(() => ({ state: 'failed', error }));
    }
  }

  /** Closes the store if it was ever opened. */
  async close(): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined) return;
    const store = await opening.catch(() => undefined);
    await store?.close();
  }

  /** The store; a failure to open is forgotten, so that the next call tries again. */
  #store(): Promise<VersionedStore> {
    this.#opening ??= this.#parts.open().then(
      (store) => {
        this.#opened = store;
        return store;
      },
      (thrown: unknown) => {
        this.#opening = undefined;
        throw asStoreError(thrown, { store: this.name, operation: 'open' });
      },
    );
    return this.#opening;
  }

  async #readSingly(keys: readonly Uint8Array[], options: CallOptions): Promise<SideRead[]> {
    const reads: SideRead[] = [];
    for (let at = 0; at < keys.length; at += singleReadsAtOnce) {
      const some = keys.slice(at, at + singleReadsAtOnce);
      reads.push(...(await Promise.all(some.map((key) => this.read(key, options)))));
    }
    return reads;
  }
}

/** Failures of a bulk read that need not hold for every key in it. */
const mayConcernOneKey: ReadonlySet<string> = new Set([
  'STORE_PROTOCOL',
  'STORE_REJECTED',
  'STORE_WRONG_TYPE',
  'STORE_INVALID_KEY',
]);

const absent: SideRead = Object.freeze({ state: 'absent' });

function foundOrAbsent(entry: VersionedValue | undefined): SideRead {
  return entry === undefined ? absent : { state: 'present', entry };
}
