import { equalBytes } from '@kvtwin/bytes';
import {
  type CounterEnvelope,
  decodeCounterEnvelope,
  encodeCounterEnvelope,
  envelopeHeaderBytes,
  maxCounter,
} from './counter-envelope.js';
import { getTo, offerDirectGet } from './direct-reads.js';
import type { EntryVersion } from './entry-version.js';
import type { Receiver } from './receiver.js';
import { StoreError, type StoreErrorCode } from './store-error.js';
import type {
  CallOptions,
  ReplayOptions,
  ScanBatch,
  ScanOptions,
  StoreCapabilities,
  StoreParts,
  StoreType,
  VersionedStore,
  WriteOptions,
  WriteResult,
} from './versioned-store.js';
import type { VersionedValue } from './versioned-value.js';

/** HustDB takes a replayed version for newer across the wrap within this distance of its highest. */
const wrapWindow = 100_000;

/** How {@link CounterStore} behaves, all filled in. */
export interface CounterStoreSettings {
  readonly type: StoreType;
  readonly adopt: boolean;
  readonly maxAttempts: number;
}

/** What the next state of a key is: a new counter and value, a removal, or an answer without any write. */
type Decision =
  | { readonly write: CounterEnvelope }
  | { readonly remove: true }
  | { readonly answer: WriteResult };

interface Current {
  readonly envelope: CounterEnvelope;
  readonly entry: VersionedValue;
}

/** A store whose versions are per-key counters, kept in an envelope around each value. */
export class CounterStore implements VersionedStore {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly #inner: VersionedStore;
  readonly #settings: CounterStoreSettings;

  constructor(inner: VersionedStore, settings: CounterStoreSettings) {
    this.#inner = inner;
    this.#settings = settings;
    this.name = inner.name;
    this.capabilities = {
      ...inner.capabilities,
      compareAndSet: 'atomic',
      putIfAbsent: 'atomic',
      tokensUnique: false,
      writesReturnVersion: true,
      replay: true,
      conditionalReplay: true,
      emptyValues: true,
      ...(settings.type === 'zset' ? { sameValueKeepsVersion: true } : {}),
      maxValueBytes: inner.capabilities.maxValueBytes - envelopeHeaderBytes,
    };
    offerDirectGet(this, (key, options, receiver) => this.#get(key, options, receiver));
  }

  get(key: Uint8Array, options: CallOptions = {}): Promise<VersionedValue | undefined> {
    return new Promise((resolve, reject) => this.#get(key, options, { succeed: resolve, fail: reject }));
  }

  #get(key: Uint8Array, options: CallOptions, receiver: Receiver<VersionedValue | undefined>): void {
    getTo(this.#inner, key, options, {
      succeed: (entry) => {
        let decoded: VersionedValue | undefined;
        try {
          decoded = entry && this.#decoded(entry, 'get');
        } catch (error) {
          receiver.fail(error);
          return;
        }
        receiver.succeed(decoded);
      },
      fail: (error) => receiver.fail(error),
    });
  }

  async getMany(keys: readonly Uint8Array[], options?: CallOptions): Promise<(VersionedValue | undefined)[]> {
    const entries = await this.#inner.getMany(keys, options);
    return entries.map((entry) => entry && this.#decoded(entry, 'getMany'));
  }

  put(key: Uint8Array, value: Uint8Array, options: WriteOptions = {}): Promise<WriteResult> {
    return this.#update('put', key, options, (current) => {
      const replay = this.#replayCounter(options, 'put');
      if (replay === undefined)
        return this.#unchanged(current, value) ?? { write: this.#next(current, value) };
      return isOlder(replay, current) ? mismatch(current!) : { write: this.#envelope(replay, value) };
    });
  }

  putIfAbsent(key: Uint8Array, value: Uint8Array, options: WriteOptions = {}): Promise<WriteResult> {
    return this.#update('putIfAbsent', key, options, (current) => {
      if (current !== undefined) {
        return { answer: { outcome: 'exists', version: versionOf(current.envelope) } };
      }
      const replay = this.#replayCounter(options, 'putIfAbsent');
      return { write: replay === undefined ? this.#next(current, value) : this.#envelope(replay, value) };
    });
  }

  replaceIfVersion(
    key: Uint8Array,
    value: Uint8Array,
    version: EntryVersion,
    options: WriteOptions = {},
  ): Promise<WriteResult> {
    return this.#update('replaceIfVersion', key, options, (current) => {
      const no = refused(current, version);
      if (no !== undefined) return no;
      const replay = this.#replayCounter(options, 'replaceIfVersion');
      if (replay !== undefined) return { write: this.#envelope(replay, value) };
      return this.#unchanged(current, value) ?? { write: this.#next(current, value) };
    });
  }

  remove(key: Uint8Array, options: ReplayOptions = {}): Promise<WriteResult> {
    return this.#update('remove', key, options, (current) => {
      if (current === undefined) return { answer: { outcome: 'absent' } };
      const replay = this.#replayCounter(options, 'remove');
      return replay !== undefined && isOlder(replay, current) ? mismatch(current) : { remove: true };
    });
  }

  removeIfVersion(key: Uint8Array, version: EntryVersion, options: CallOptions = {}): Promise<WriteResult> {
    return this.#update(
      'removeIfVersion',
      key,
      options,
      (current) => refused(current, version) ?? { remove: true },
    );
  }

  async parts(options?: CallOptions): Promise<StoreParts | undefined> {
    return this.#inner.parts?.(options);
  }

  async *scan(options?: ScanOptions): AsyncGenerator<ScanBatch> {
    for await (const batch of this.#inner.scan(options)) {
      yield {
        cursor: batch.cursor,
        entries: batch.entries.map(({ key, entry }) => ({ key, entry: this.#decoded(entry, 'scan') })),
      };
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Read, decide, write under compare-and-set; again from the start when somebody wrote in between. */
  async #update(
    operation: string,
    key: Uint8Array,
    options: WriteOptions,
    decide: (current: Current | undefined) => Decision,
  ): Promise<WriteResult> {
    const { signal, timeoutMs } = options;
    for (let attempt = 0; attempt < this.#settings.maxAttempts; attempt++) {
      const entry = await this.#inner.get(key, { signal, timeoutMs });
      const current = entry && { entry, envelope: this.#open(entry.value, operation) };
      const decision = decide(current);
      if ('answer' in decision) return decision.answer;
      const outcome = await this.#attempt(key, current, decision, options);
      if (outcome !== 'applied') continue;
      const written = 'write' in decision ? decision.write : current!.envelope;
      return { outcome, version: versionOf(written) };
    }
    const { maxAttempts } = this.#settings;
    throw this.#refusal(
      'STORE_CONTENTION',
      operation,
      `others wrote the key during each of ${maxAttempts} attempts`,
    );
  }

  async #attempt(
    key: Uint8Array,
    current: Current | undefined,
    decision: Exclude<Decision, { answer: WriteResult }>,
    { replayVersion: _, ...options }: WriteOptions,
  ): Promise<WriteResult['outcome']> {
    if ('remove' in decision) {
      const { signal, timeoutMs } = options;
      return (await this.#inner.removeIfVersion(key, current!.entry.version, { signal, timeoutMs })).outcome;
    }
    const bytes = encodeCounterEnvelope(decision.write);
    const result =
      current === undefined
        ? await this.#inner.putIfAbsent(key, bytes, options)
        : await this.#inner.replaceIfVersion(key, bytes, current.entry.version, options);
    return result.outcome;
  }

  /** HustDB's rule for sorted sets: the score that is there changes nothing, neither version nor expiration. */
  #unchanged(current: Current | undefined, value: Uint8Array): Decision | undefined {
    if (this.#settings.type !== 'zset' || current === undefined) return undefined;
    if (!equalBytes(current.envelope.value, value)) return undefined;
    return { answer: { outcome: 'applied', version: versionOf(current.envelope) } };
  }

  #next(current: Current | undefined, value: Uint8Array): CounterEnvelope {
    const counter =
      current === undefined || current.envelope.counter === maxCounter ? 1 : current.envelope.counter + 1;
    return this.#envelope(counter, value);
  }

  #envelope(counter: number, value: Uint8Array): CounterEnvelope {
    return { type: this.#settings.type, counter, value };
  }

  #replayCounter({ replayVersion }: ReplayOptions, operation: string): number | undefined {
    if (replayVersion === undefined) return undefined;
    const counter = /^\d{1,7}$/.test(replayVersion.token) ? Number(replayVersion.token) : 0;
    if (replayVersion.scheme === 'counter' && counter >= 1 && counter <= maxCounter) return counter;
    throw this.#refusal(
      'STORE_INVALID_ARGUMENT',
      operation,
      `replayVersion must be a counter from 1 to ${maxCounter}`,
    );
  }

  #decoded(entry: VersionedValue, operation: string): VersionedValue {
    const envelope = this.#open(entry.value, operation);
    return { ...entry, value: envelope.value, version: versionOf(envelope) };
  }

  #open(bytes: Uint8Array, operation: string): CounterEnvelope {
    const envelope = decodeCounterEnvelope(bytes);
    if (envelope === undefined) {
      if (this.#settings.adopt) return this.#envelope(1, bytes);
      throw this.#refusal(
        'STORE_PROTOCOL',
        operation,
        'a value has no counter envelope; open with adopt to take such values as version 1',
      );
    }
    if (envelope.type === this.#settings.type) return envelope;
    throw this.#refusal(
      'STORE_WRONG_TYPE',
      operation,
      `an envelope says ${envelope.type}, not ${this.#settings.type}`,
    );
  }

  #refusal(code: StoreErrorCode, operation: string, why: string): StoreError {
    return new StoreError(`${operation} on ${this.name}: ${why}`, { code, store: this.name, operation });
  }
}

function versionOf({ counter }: CounterEnvelope): EntryVersion {
  return { scheme: 'counter', token: counter.toString() };
}

function refused(current: Current | undefined, expected: EntryVersion): Decision | undefined {
  if (current === undefined) return { answer: { outcome: 'absent' } };
  const known = versionOf(current.envelope);
  return known.scheme === expected.scheme && known.token === expected.token ? undefined : mismatch(current);
}

function mismatch(current: Current): Decision {
  return { answer: { outcome: 'mismatch', version: versionOf(current.envelope) } };
}

/** HustDB's rule for replays: not older means equal, higher, or just behind the wrap. */
function isOlder(replay: number, current: Current | undefined): boolean {
  if (current === undefined || replay >= current.envelope.counter) return false;
  const wrapped = current.envelope.counter >= maxCounter - wrapWindow && replay <= wrapWindow;
  return !wrapped;
}
