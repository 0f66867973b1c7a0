import type {
  CallOptions,
  Clock,
  SideRead,
  StoreCapabilities,
  VersionedStore,
} from '@kvtwin/versioned-value';
import { asStoreError, type SideCall, sideAborted, sideTimeout } from './side-error.js';

/** A store settles its own time limits; the pair steps in this much later, for one that does not. */
const graceMs = 100;

/** Why a time limit is given up. Made once: an abort without a reason makes an exception, stack and all, per call. */
const settled = new Error('the call was settled');

/** Keys read at once where a side cannot answer them in one call: enough to hide latency, few enough for one socket. */
const singleReadsAtOnce = 16;

/** What a side is made of. `open` is asked again after it failed. */
export interface PairSideParts {
  readonly name: string;
  readonly open: () => Promise<VersionedStore>;
  readonly clock: Clock;
  /** Time limit of a call that brings none. */
  readonly timeoutMs: number;
}

/** One side of a pair: opens its store when it is first needed, and settles every call within its time limit. */
export class PairSide {
  readonly name: string;
  readonly #parts: PairSideParts;
  #opening: Promise<VersionedStore> | undefined;

  constructor(parts: PairSideParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  /** The store; a failure to open is forgotten, so that the next call tries again. */
  store(): Promise<VersionedStore> {
    this.#opening ??= this.#parts.open().catch((thrown: unknown) => {
      this.#opening = undefined;
      throw asStoreError(thrown, { store: this.name, operation: 'open' });
    });
    return this.#opening;
  }

  async capabilities(): Promise<StoreCapabilities> {
    return (await this.store()).capabilities;
  }

  /** Runs one call. Rejects with a StoreError only, at the latest a moment after the time limit. */
  async call<T>(
    operation: string,
    options: CallOptions,
    run: (store: VersionedStore, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    const call: SideCall = { store: this.name, operation };
    const timeoutMs = options.timeoutMs ?? this.#parts.timeoutMs;
    const { signal } = options;
    if (signal?.aborted) throw sideAborted(call, signal, false);
    const cancel = new AbortController();
    const guard = new AbortController();
    const outOfTime = this.#parts.clock.sleep(timeoutMs + graceMs, guard.signal).then(() => {
      throw sideTimeout(call, timeoutMs);
    });
    let onAbort: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      if (signal === undefined) return;
      onAbort = () => reject(sideAborted(call, signal, true));
      signal.addEventListener('abort', onAbort, { once: true });
    });
    const work = this.store().then((store) => run(store, { signal: cancel.signal, timeoutMs }));
    try {
      return await Promise.race([work, outOfTime, aborted]);
    } catch (thrown) {
      cancel.abort(thrown);
      throw asStoreError(thrown, call);
    } finally {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      for (const loser of [work, outOfTime, aborted]) loser.catch(() => undefined);
      guard.abort(settled);
    }
  }

  /** Reads one key; a failure is a value. */
  async read(key: Uint8Array, options: CallOptions): Promise<SideRead> {
    try {
      const entry = await this.call('get', options, (store, call) => store.get(key, call));
      return entry === undefined ? { state: 'absent' } : { state: 'present', entry };
    } catch (thrown) {
      return { state: 'failed', error: asStoreError(thrown, { store: this.name, operation: 'get' }) };
    }
  }

  /** Reads keys in one call; where one of them spoils the answer for all, one by one. */
  async readMany(keys: readonly Uint8Array[], options: CallOptions): Promise<SideRead[]> {
    try {
      const entries = await this.call('getMany', options, (store, call) => store.getMany(keys, call));
      return keys.map((_, at) => {
        const entry = entries[at];
        return entry === undefined ? { state: 'absent' } : { state: 'present', entry };
      });
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
