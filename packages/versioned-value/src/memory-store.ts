import { toByteString } from './byte-string.js';
import { type CallContext, checkCall, checkWrite } from './check-call.js';
import type { Clock } from './clock.js';
import type { EntryVersion } from './entry-version.js';
import type { MemoryData } from './memory-data.js';
import type { MemoryLimits } from './memory-limits.js';
import { type MemoryEntry, type ScanPosition, versionedValueOf } from './memory-table.js';
import { StoreError, type StoreErrorCode } from './store-error.js';
import type {
  CallOptions,
  ScanBatch,
  ScannedEntry,
  ScanOptions,
  StoreCapabilities,
  StoreSelector,
  VersionedStore,
  WriteOptions,
  WriteResult,
} from './versioned-store.js';
import type { VersionedValue } from './versioned-value.js';

/** Entries per batch of a scan where the caller does not say: some tens of kilobytes for small values. */
const defaultBatchSize = 500;

/** What a memory store is made of. */
export interface MemoryStoreParts {
  readonly name: string;
  readonly selector: StoreSelector;
  readonly data: MemoryData;
  readonly clock: Clock;
  readonly limits: MemoryLimits;
  /** Whether values stand in an envelope, so that the rules of sets and sorted sets do not hold for them. */
  readonly enveloped: boolean;
  /** Whether the family that opened the store is closed. */
  readonly familyClosed: () => boolean;
}

/** One store of an in-memory family. Each call is done in one turn, so every compare-and-set is atomic. */
export class MemoryStore implements VersionedStore {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly #parts: MemoryStoreParts;
  #closed = false;

  constructor(parts: MemoryStoreParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.capabilities = capabilitiesOf(parts);
  }

  async get(key: Uint8Array, options?: CallOptions): Promise<VersionedValue | undefined> {
    this.#admit('get', options);
    return this.#read(key, 'get');
  }

  async getMany(keys: readonly Uint8Array[], options?: CallOptions): Promise<(VersionedValue | undefined)[]> {
    this.#admit('getMany', options);
    return keys.map((key) => this.#read(key, 'getMany'));
  }

  async put(key: Uint8Array, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    this.#admitWrite('put', value, options);
    return this.#store(key, value, 'put', options);
  }

  async putIfAbsent(key: Uint8Array, value: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    this.#admitWrite('putIfAbsent', value, options);
    const current = this.#live(key, 'putIfAbsent');
    if (current !== undefined) return { outcome: 'exists', version: versionOf(current) };
    return this.#store(key, value, 'putIfAbsent', options);
  }

  async replaceIfVersion(
    key: Uint8Array,
    value: Uint8Array,
    version: EntryVersion,
    options?: WriteOptions,
  ): Promise<WriteResult> {
    this.#admitWrite('replaceIfVersion', value, options);
    return (
      this.#unlessChanged(key, version, 'replaceIfVersion') ??
      this.#store(key, value, 'replaceIfVersion', options)
    );
  }

  async remove(key: Uint8Array, options?: WriteOptions): Promise<WriteResult> {
    this.#admitWrite('remove', undefined, options);
    const current = this.#live(key, 'remove');
    return current === undefined ? { outcome: 'absent' } : this.#drop(key, current);
  }

  async removeIfVersion(key: Uint8Array, version: EntryVersion, options?: CallOptions): Promise<WriteResult> {
    this.#admit('removeIfVersion', options);
    const refused = this.#unlessChanged(key, version, 'removeIfVersion');
    return refused ?? this.#drop(key, this.#live(key, 'removeIfVersion')!);
  }

  async *scan(options: ScanOptions = {}): AsyncGenerator<ScanBatch> {
    this.#admit('scan', options);
    const batchSize = this.#batchSize(options.batchSize);
    const { clock, data, selector } = this.#parts;
    let position = this.#position(options.cursor);
    const table = data.existing(selector, clock.nowMs());
    const walk = table?.walk(position, () => clock.nowMs());
    for (;;) {
      const entries: ScannedEntry[] = [];
      while (entries.length < batchSize) {
        const next = walk?.next();
        if (next === undefined || next.done) {
          yield { entries, cursor: formatCursor({ after: position.end, end: position.end }) };
          return;
        }
        const { key, entry } = next.value;
        entries.push({ key, entry: versionedValueOf(entry) });
        position = { after: entry.place, end: position.end };
      }
      yield { entries, cursor: formatCursor(position) };
      this.#admit('scan', options);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #read(key: Uint8Array, operation: string): VersionedValue | undefined {
    const entry = this.#live(key, operation);
    if (entry === undefined) return undefined;
    entry.lastUsedAtMs = this.#parts.clock.nowMs();
    return versionedValueOf(entry);
  }

  #live(key: Uint8Array, operation: string): MemoryEntry | undefined {
    const { clock, data, limits, selector } = this.#parts;
    if (key.length > limits.maxKeyBytes) {
      throw this.#refusal(
        'STORE_INVALID_KEY',
        operation,
        `the key has ${key.length} bytes; at most ${limits.maxKeyBytes} are allowed`,
      );
    }
    const nowMs = clock.nowMs();
    return data.existing(selector, nowMs)?.live(toByteString(key), nowMs);
  }

  #store(key: Uint8Array, value: Uint8Array, operation: string, options: WriteOptions = {}): WriteResult {
    const { clock, data, limits, selector } = this.#parts;
    const nowMs = clock.nowMs();
    if (this.#live(key, operation) === undefined && !data.book(limits.maxEntries, nowMs)) {
      throw this.#refusal('STORE_REJECTED', operation, `the store is full (maxEntries ${limits.maxEntries})`);
    }
    const version = data.nextVersion();
    data.forWrite(selector, nowMs).write(toByteString(key), value.slice(), version, nowMs, options);
    return { outcome: 'applied', version: { scheme: 'memory', token: version.toString() } };
  }

  #drop(key: Uint8Array, current: MemoryEntry): WriteResult {
    const { clock, data, selector } = this.#parts;
    data.existing(selector, clock.nowMs())?.entries.delete(toByteString(key));
    return { outcome: 'applied', version: versionOf(current) };
  }

  #unlessChanged(key: Uint8Array, version: EntryVersion, operation: string): WriteResult | undefined {
    const current = this.#live(key, operation);
    if (current === undefined) return { outcome: 'absent' };
    const known = versionOf(current);
    if (version.scheme === known.scheme && version.token === known.token) return undefined;
    return { outcome: 'mismatch', version: known };
  }

  #admit(operation: string, options: CallOptions | undefined): void {
    checkCall(options, this.#context(operation));
    if (this.#closed || this.#parts.familyClosed()) {
      throw this.#refusal('STORE_CLOSED', operation, 'it was closed');
    }
  }

  #admitWrite(operation: string, value: Uint8Array | undefined, options: WriteOptions | undefined): void {
    this.#admit(operation, options);
    checkWrite(options, this.#context(operation));
    if (options?.replayVersion !== undefined) {
      throw this.#refusal('STORE_UNSUPPORTED', operation, 'this store does not take a replayVersion');
    }
    if (value === undefined) return;
    const { limits, selector } = this.#parts;
    if (value.length > limits.maxValueBytes) {
      throw this.#refusal(
        'STORE_INVALID_VALUE',
        operation,
        `the value has ${value.length} bytes; at most ${limits.maxValueBytes} are allowed`,
      );
    }
    if (this.#parts.enveloped) return;
    if (selector.type === 'set' && value.length > 0) {
      throw this.#refusal('STORE_INVALID_VALUE', operation, 'a set member has no value; give an empty one');
    }
    if (selector.type === 'zset' && !isScore(value)) {
      throw this.#refusal(
        'STORE_INVALID_VALUE',
        operation,
        'the value of a zset member is its score, a signed 64-bit integer as decimal text',
      );
    }
  }

  #batchSize(given: number | undefined): number {
    const size = given ?? defaultBatchSize;
    if (Number.isInteger(size) && size >= 1 && size <= 100_000) return size;
    throw this.#refusal('STORE_INVALID_ARGUMENT', 'scan', `batchSize is ${size}; give 1 to 100,000`);
  }

  #position(cursor: string | undefined): ScanPosition {
    if (cursor === undefined) return { after: 0, end: this.#parts.data.lastVersion };
    const match = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor);
    if (match !== null) return { after: Number(match[1]), end: Number(match[2]) };
    throw this.#refusal('STORE_INVALID_ARGUMENT', 'scan', 'this is not a cursor of an in-memory store');
  }

  #context(operation: string): CallContext {
    return { store: this.name, operation };
  }

  #refusal(code: StoreErrorCode, operation: string, why: string): StoreError {
    return new StoreError(`${operation} on ${this.name}: ${why}`, { code, ...this.#context(operation) });
  }
}

function capabilitiesOf({ limits, selector, enveloped }: MemoryStoreParts): StoreCapabilities {
  const ownRules = !enveloped && (selector.type === 'set' || selector.type === 'zset');
  return {
    compareAndSet: 'atomic',
    putIfAbsent: 'atomic',
    tokensUnique: true,
    writesReturnVersion: true,
    readsExpiration: true,
    lifespan: true,
    expirationUnitMs: 1,
    maxIdle: true,
    emptyValues: enveloped || selector.type !== 'zset',
    emptyKeys: true,
    maxKeyBytes: limits.maxKeyBytes,
    maxValueBytes: !ownRules ? limits.maxValueBytes : selector.type === 'set' ? 0 : 20,
    forbiddenKeyBytes: [],
    scan: 'live',
    scanTouches: false,
  };
}

function versionOf(entry: MemoryEntry): EntryVersion {
  return { scheme: 'memory', token: entry.version.toString() };
}

function isScore(value: Uint8Array): boolean {
  if (value.length > 20) return false;
  const text = String.fromCharCode(...value);
  if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return false;
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function formatCursor({ after, end }: ScanPosition): string {
  return `${after}.${end}`;
}
