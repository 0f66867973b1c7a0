import type { NodeRead, NodeWrite } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  type EntryVersion,
  offerDirectGet,
  type Receiver,
  type ReplayOptions,
  type ScanBatch,
  type ScanOptions,
  type StoreCapabilities,
  StoreError,
  type StoreErrorCode,
  type StoreParts,
  type StoreType,
  UNKNOWN_EXPIRATION,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
  type WriteResult,
} from '@kvtwin/versioned-value';
import type { HustDbNode } from './hustdb-node.js';
import { objectionTo } from './member-value.js';
import { nodeCapabilities } from './node-capabilities.js';
import { partsOf, scanKv, scanTable } from './node-scan.js';
import type { NodeSpace, SpacePut, SpaceWrite, TableSpace } from './node-space.js';
import { storeErrorOf } from './store-error-of.js';
import { replayOf, ttlSecondsOf, verOf } from './write-parameters.js';
import type { WrittenVersions } from './written-versions.js';

/** How many reads of a getMany run at a time. */
const READS_AT_A_TIME = 16;

type NotApplied = Exclude<SpaceWrite, { outcome: 'applied' | 'unchanged' }>;

/** A node's letter for the type of a table. */
const TYPE_LETTERS: Readonly<Record<StoreType, string>> = { kv: '', hash: 'H', set: 'S', zset: 'Z' };

/**
 * The kv space or a table of a HustDB node as a VersionedStore. Versions are HustDB's counters.
 */
export class HustDbNodeStore implements VersionedStore {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly #client: HustDbNode;
  readonly #space: NodeSpace | TableSpace;
  readonly #written: WrittenVersions;
  #closed = false;

  constructor(name: string, client: HustDbNode, space: NodeSpace | TableSpace, written: WrittenVersions) {
    this.name = name;
    this.capabilities = nodeCapabilities(space);
    this.#client = client;
    this.#space = space;
    this.#written = written;
    offerDirectGet(this, (key, options, receiver) => this.#get(key, options, receiver));
  }

  get(key: Uint8Array, options: CallOptions = {}): Promise<VersionedValue | undefined> {
    return new Promise((resolve, reject) => this.#get(key, options, { succeed: resolve, fail: reject }));
  }

  #get(key: Uint8Array, options: CallOptions, receiver: Receiver<VersionedValue | undefined>): void {
    if (this.#closed) {
      receiver.fail(this.#closedError('get'));
      return;
    }
    const fail = (error: unknown): void => receiver.fail(storeErrorOf(error, this.name, 'get'));
    this.#space.getTo(key, options, {
      succeed: (read) => {
        if (read.outcome === 'found') {
          const version: EntryVersion = { scheme: 'counter', token: read.version };
          receiver.succeed({ value: read.value, version, expiration: UNKNOWN_EXPIRATION });
          return;
        }
        this.#missing('get', read, options).then((absent) => receiver.succeed(absent), fail);
      },
      fail,
    });
  }

  async getMany(keys: readonly Uint8Array[], options?: CallOptions): Promise<(VersionedValue | undefined)[]> {
    const values = new Array<VersionedValue | undefined>(keys.length);
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < keys.length; at = next++) values[at] = await this.get(keys[at]!, options);
    };
    await Promise.all(Array.from({ length: Math.min(READS_AT_A_TIME, keys.length) }, worker));
    return values;
  }

  put(key: Uint8Array, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    return this.#put('put', key, value, {}, options);
  }

  /** Looks first and writes then: another writer can slip between the two. */
  putIfAbsent(key: Uint8Array, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    return this.#run('putIfAbsent', async () => {
      const read = await this.#space.exist(key, options);
      if (read.outcome === 'found') {
        return { outcome: 'exists', version: { scheme: 'counter', token: read.version } };
      }
      await this.#missing('putIfAbsent', read, options);
      return this.#put('putIfAbsent', key, value, {}, options);
    });
  }

  replaceIfVersion(
    key: Uint8Array,
    value: Uint8Array,
    version: EntryVersion,
    options?: WriteOptions,
  ): Promise<WriteResult> {
    return this.#run('replaceIfVersion', async () => {
      const ver = verOf(version, { store: this.name, operation: 'replaceIfVersion' });
      return this.#put('replaceIfVersion', key, value, { ver }, options);
    });
  }

  remove(key: Uint8Array, options?: ReplayOptions): Promise<WriteResult> {
    return this.#run('remove', async () => {
      const replay = replayOf(options?.replayVersion, { store: this.name, operation: 'remove' });
      return this.#result('remove', await this.#space.del(key, replay, options), options);
    });
  }

  removeIfVersion(key: Uint8Array, version: EntryVersion, options?: CallOptions): Promise<WriteResult> {
    return this.#run('removeIfVersion', async () => {
      const ver = verOf(version, { store: this.name, operation: 'removeIfVersion' });
      return this.#result('removeIfVersion', await this.#space.del(key, { ver }, options), options);
    });
  }

  async *scan(options: ScanOptions = {}): AsyncGenerator<ScanBatch> {
    const space = this.#space;
    try {
      this.#checkOpen('scan');
      if (!('list' in space)) {
        yield* scanKv(this.#client, options, this.name);
        return;
      }
      if (await this.#isTable('scan', space.table, options)) yield* scanTable(space, options, this.name);
    } catch (error) {
      throw storeErrorOf(error, this.name, 'scan');
    }
  }

  parts(options?: CallOptions): Promise<StoreParts> {
    return this.#run('parts', () => partsOf(this.#client, this.#space.table, options));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #put(
    operation: string,
    key: Uint8Array,
    value: Uint8Array,
    condition: SpacePut,
    options?: WriteOptions,
  ): Promise<WriteResult> {
    return this.#run(operation, async () => {
      const context = { store: this.name, operation };
      const objection = objectionTo(this.#space.type, value);
      if (objection !== undefined) throw this.#error('STORE_INVALID_VALUE', operation, objection);
      const ttlSeconds = ttlSecondsOf(options, context);
      const replay = replayOf(options?.replayVersion, context);
      const written = await this.#space.put(key, value, { ttlSeconds, ...condition, ...replay }, options);
      if (written.outcome === 'unchanged') {
        return { outcome: 'applied', version: { scheme: 'counter', token: written.version } };
      }
      if (written.outcome !== 'applied') return this.#notApplied(operation, written, options);
      const token = await this.#tokenOf(key, written.version, replay.ver, options);
      return {
        outcome: 'applied',
        ...(token === undefined ? {} : { version: { scheme: 'counter', token } }),
      };
    });
  }

  /** Runs a call; what it throws becomes a StoreError. */
  async #run<R>(operation: string, call: () => Promise<R>): Promise<R> {
    this.#checkOpen(operation);
    try {
      return await call();
    } catch (error) {
      throw storeErrorOf(error, this.name, operation);
    }
  }

  #checkOpen(operation: string): void {
    if (this.#closed) throw this.#closedError(operation);
  }

  #closedError(operation: string): StoreError {
    return this.#error('STORE_CLOSED', operation, 'the store is closed');
  }

  /** A read that found nothing: absent, unless the table holds another type or the node objects. */
  async #missing(operation: string, read: NodeRead, call?: CallOptions): Promise<undefined> {
    if (read.outcome === 'absent' || read.outcome === 'found') return undefined;
    if (read.outcome === 'wrong-table') {
      await this.#isTable(operation, this.#space.table!, call);
      return undefined;
    }
    throw this.#error('STORE_PROTOCOL', operation, `the node takes the request for ${read.outcome}`);
  }

  /** A new key that replays `ver` may be answered with what a read tells already. */
  #tokenOf(
    key: Uint8Array,
    answered: string,
    replayed: number | undefined,
    call?: CallOptions,
  ): Promise<string | undefined> {
    if (replayed !== undefined && answered !== String(replayed)) return Promise.resolve(answered);
    return this.#written.tokenOf(Number(answered), async () => {
      const read = await this.#space.exist(key, call);
      return read.outcome === 'found' ? Number(read.version) : undefined;
    });
  }

  /** A removal tells the version removed, which is what a read told. */
  async #result(operation: string, write: NodeWrite, call?: CallOptions): Promise<WriteResult> {
    if (write.outcome !== 'applied') return this.#notApplied(operation, write, call);
    return { outcome: 'applied', version: { scheme: 'counter', token: write.version } };
  }

  async #notApplied(operation: string, write: NotApplied, call?: CallOptions): Promise<WriteResult> {
    switch (write.outcome) {
      case 'mismatch':
      case 'stale':
        return { outcome: 'mismatch', version: { scheme: 'counter', token: write.version } };
      case 'absent':
        return { outcome: 'absent' };
      case 'rejected':
        // `ver` on a key that is not there. Keys and versions out of range were refused before they were sent.
        return { outcome: 'absent' };
      case 'wrong-table':
        return this.#noTable(operation, call);
      case 'refused':
        throw this.#error('STORE_REJECTED', operation, 'the node is full (403)');
      default:
        throw this.#error('STORE_PROTOCOL', operation, `the node takes the request for ${write.outcome}`);
    }
  }

  async #noTable(operation: string, call?: CallOptions): Promise<WriteResult> {
    const there = await this.#isTable(operation, this.#space.table!, call);
    if (operation === 'remove' || operation === 'removeIfVersion') return { outcome: 'absent' };
    const why = there ? 'the table changed its type meanwhile' : 'the node has no room for another table';
    throw this.#error('STORE_REJECTED', operation, why);
  }

  /** Whether the table is there; throws where the name is another type's. */
  async #isTable(operation: string, table: string, call?: CallOptions): Promise<boolean> {
    const text = await this.#client.stat({ table }, { signal: call?.signal, timeoutMs: call?.timeoutMs });
    if (text === undefined) return false;
    const type = /"type":"([HSZ])"/.exec(text)?.[1];
    if (type === TYPE_LETTERS[this.#space.type]) return true;
    throw this.#error(
      'STORE_WRONG_TYPE',
      operation,
      `the table holds another type (${type ?? text.slice(0, 40)})`,
    );
  }

  #error(code: StoreErrorCode, operation: string, why: string): StoreError {
    return new StoreError(`${operation} on ${this.name}: ${why}`, { code, store: this.name, operation });
  }
}
