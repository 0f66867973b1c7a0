import type { HaWrite } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  type EntryVersion,
  type PairRead,
  type PairStore,
  type PairWrite,
  type PairWriteOptions,
  type SideRead,
  type SideWrite,
  StoreError,
  type StoreErrorCode,
  sameVersion,
  type Two,
  UNKNOWN_EXPIRATION,
} from '@kvtwin/versioned-value';
import type { HaSpace } from './ha-space.js';
import type { HustDbHa } from './hustdb-ha.js';
import { objectionTo } from './member-value.js';
import { storeErrorOf } from './store-error-of.js';
import { mastersOf } from './table-file.js';
import { toldSides } from './told-sides.js';
import { replayOf, ttlSecondsOf, verOf } from './write-parameters.js';

/**
 * The kv space or a table behind a HustDB HA front. Reads are the front's own `get2`, `hget2`, `sismember2` and `zscore2`.
 * Its writes say less than two stores would: 404 means that the write failed on both sides, or that one side had nothing to delete, or that
 * nobody could be reached, so both sides are `unknown`; `Sync` names the side that did not take the write, for whatever
 * reason, and that side is `unknown`. A front that tells how each side took a write (`X-Sides`, `@kvtwin/proxy`) is believed.
 */
export class HaPairStore implements PairStore {
  readonly name: string;
  readonly policy = 'counter';
  readonly #client: HustDbHa;
  readonly #space: HaSpace;
  #closed = false;

  constructor(name: string, client: HustDbHa, space: HaSpace) {
    this.name = name;
    this.#client = client;
    this.#space = space;
  }

  read(key: Uint8Array, options?: CallOptions): Promise<PairRead> {
    return this.#run('read', () => this.#space.pair(key, options));
  }

  /**
   * The front's plain read: the first master's value, or the second's where the first has none; it does not say which one
   * answered. What was found stands for the first side, and the other one is `unknown`.
   */
  readFirst(key: Uint8Array, options?: CallOptions): Promise<Two<SideRead>> {
    return this.#run('readFirst', async () => {
      const read = await this.#space.first(key, options);
      if (read.outcome !== 'found') return [{ state: 'unknown' }, { state: 'unknown' }];
      const version: EntryVersion = { scheme: 'counter', token: read.version };
      const entry = { value: read.value, version, expiration: UNKNOWN_EXPIRATION };
      return [{ state: 'present', entry }, { state: 'unknown' }];
    });
  }

  put(key: Uint8Array, value: Uint8Array, options?: PairWriteOptions): Promise<PairWrite> {
    return this.#write('put', key, () => {
      const objection = objectionTo(this.#space.type, value);
      if (objection !== undefined) throw this.#error('STORE_INVALID_VALUE', 'put', objection);
      const ttlSeconds = ttlSecondsOf(options, { store: this.name, operation: 'put' });
      return this.#space.put(key, value, { ttlSeconds, ...this.#condition('put', options) }, options);
    });
  }

  remove(key: Uint8Array, options?: PairWriteOptions): Promise<PairWrite> {
    return this.#write('remove', key, () =>
      this.#space.del(key, this.#condition('remove', options), options),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** The front sends one `ver` to both masters, so two different tokens cannot be asked for. */
  #condition(
    operation: string,
    options?: PairWriteOptions,
  ): { readonly ver?: number; readonly isDup?: true } {
    const context = { store: this.name, operation };
    const { ifVersions, replayVersion } = options ?? {};
    if (replayVersion !== undefined) return replayOf(replayVersion, context);
    if (ifVersions !== undefined && !sameVersion(ifVersions[0], ifVersions[1])) {
      throw this.#error(
        'STORE_UNSUPPORTED',
        operation,
        'HustDB HA takes one version for both masters, not two',
      );
    }
    const version = options?.ifVersion ?? ifVersions?.[0];
    return version === undefined ? {} : { ver: verOf(version, context) };
  }

  async #run<R>(operation: string, call: () => Promise<R>): Promise<R> {
    if (this.#closed) throw this.#error('STORE_CLOSED', operation, 'the store is closed');
    try {
      return await call();
    } catch (error) {
      throw storeErrorOf(error, this.name, operation);
    }
  }

  /** A write whose answer did not come, or could not be read, may have been applied: that is a result. */
  async #write(operation: string, key: Uint8Array, call: () => Promise<HaWrite>): Promise<PairWrite> {
    try {
      const write = await this.#run(operation, async () => call());
      return { sides: await this.#sidesOf(operation, key, write), ...missedBy(write) };
    } catch (error) {
      const failure = storeErrorOf(error, this.name, operation);
      const lost = failure.code === 'STORE_UNREACHABLE' || failure.code === 'STORE_TIMEOUT';
      if (!lost && !failure.mayHaveBeenApplied) throw failure;
      return {
        sides: [
          { state: 'unknown', error: failure },
          { state: 'unknown', error: failure },
        ],
      };
    }
  }

  async #sidesOf(operation: string, key: Uint8Array, write: HaWrite): Promise<Two<SideWrite>> {
    if (write.sides !== undefined) return toldSides(write, write.sides, { store: this.name, operation });
    switch (write.outcome) {
      case 'failed': {
        const why =
          'the front answered 404: refused, nothing to delete, or no master reached; it does not say which';
        const error = this.#error('STORE_REJECTED', operation, why);
        return [
          { state: 'unknown', error },
          { state: 'unknown', error },
        ];
      }
      case 'conflict': {
        const error = this.#error(
          'STORE_REJECTED',
          operation,
          'the front tells of a conflict, and not of whose',
        );
        return [
          { state: 'unknown', error },
          { state: 'unknown', error },
        ];
      }
      case 'applied':
        return this.#appliedSides(operation, key, write);
    }
  }

  async #appliedSides(
    operation: string,
    key: Uint8Array,
    { version, sync }: Extract<HaWrite, { outcome: 'applied' }>,
  ): Promise<Two<SideWrite>> {
    const applied: SideWrite = {
      state: 'applied',
      ...(version === undefined ? {} : { version: { scheme: 'counter', token: version } }),
    };
    if (sync === undefined) return [applied, applied];
    const why = `the front could not write to ${sync} and repairs it in the background (Sync)`;
    const unknown: SideWrite = { state: 'unknown', error: this.#error('STORE_UNREACHABLE', operation, why) };
    const masters = await this.#mastersOf(key);
    if (masters?.[0] === sync) return [unknown, applied];
    return masters?.[1] === sync ? [applied, unknown] : [unknown, unknown];
  }

  /** Asked anew each time: the table changes when a cluster grows, and `Sync` is rare. */
  async #mastersOf(key: Uint8Array): Promise<Two<string> | undefined> {
    try {
      const tableFile = await this.#client.getTable();
      return tableFile === undefined ? undefined : mastersOf(tableFile, this.#space.routed(key));
    } catch {
      return undefined;
    }
  }

  #error(code: StoreErrorCode, operation: string, why: string): StoreError {
    return new StoreError(`${operation} on ${this.name}: ${why}`, { code, store: this.name, operation });
  }
}

function missedBy(write: HaWrite): Pick<PairWrite, 'missed'> {
  if (write.outcome !== 'applied' || write.sync === undefined) return {};
  const { sync: name, version: token } = write;
  const version: EntryVersion | undefined = token === undefined ? undefined : { scheme: 'counter', token };
  return { missed: { name, ...(version === undefined ? {} : { version }) } };
}
