import {
  openMemoryStoreFamily,
  StoreError,
  type StoreFamily,
  type VersionedStore,
  withCounterEnvelopes,
} from '@kvtwin/versioned-value';

/**
 * How a side takes calls. `down`: refuses them. `lost`: takes a write and does not answer. `dropped`: does not answer, and
 * does nothing.
 */
export type SideMood = 'up' | 'down' | 'lost' | 'dropped';

/** An embedded side with moods, which tells of every conditional write before it is done. */
export interface FlakyFamily {
  readonly family: StoreFamily;
  mood: SideMood;
  /** Reads past the mood; undefined: absent. */
  peek(key: string): Promise<string | undefined>;
  /** The version, past the mood. */
  peekVersion(key: string): Promise<string | undefined>;
  /** Writes past the mood, as another writer does; undefined removes. */
  meddle(key: string, value: string | undefined): Promise<void>;
}

/** `counter`: its versions count. `onConditional` hears of each write that is guarded by a version or by absence: those of repairs. */
export function flakyFamily(
  name: string,
  counter: boolean,
  onConditional: (key: string, result: string) => void = () => undefined,
): FlakyFamily {
  const plain = openMemoryStoreFamily(name, { enveloped: counter });
  const inner = counter ? withCounterEnvelopes(plain) : plain;
  const store = inner.open({ type: 'kv' });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  const flaky: FlakyFamily = {
    mood: 'up',
    family: {
      ...inner,
      // Not memory:, so that it is taken as it is.
      name: `flaky:${name}`,
      open: async (selector) => moody(await inner.open(selector)),
      close: () => inner.close(),
      [Symbol.asyncDispose]: () => inner.close(),
    },
    peek: async (key) => {
      const entry = await (await store).get(Buffer.from(key));
      return entry && text(entry.value);
    },
    peekVersion: async (key) => (await (await store).get(Buffer.from(key)))?.version.token,
    meddle: async (key, value) => {
      if (value === undefined) await (await store).remove(Buffer.from(key));
      else await (await store).put(Buffer.from(key), Buffer.from(value));
    },
  };
  const gone = (code: 'STORE_UNREACHABLE' | 'STORE_TIMEOUT', operation: string): StoreError =>
    new StoreError(`${operation} on ${name}: gone`, {
      code,
      operation,
      mayHaveBeenApplied: code === 'STORE_TIMEOUT',
    });
  const moody = (real: VersionedStore): VersionedStore => {
    const call = async <R>(operation: string, run: () => Promise<R>): Promise<R> => {
      const { mood } = flaky;
      if (mood === 'down') throw gone('STORE_UNREACHABLE', operation);
      if (mood === 'dropped') throw gone('STORE_TIMEOUT', operation);
      const result = await run();
      if (mood === 'lost' && operation !== 'get') throw gone('STORE_TIMEOUT', operation);
      return result;
    };
    const told = async <R extends { outcome: string }>(
      key: Uint8Array,
      run: () => Promise<R>,
    ): Promise<R> => {
      const result = await run();
      onConditional(text(key), result.outcome);
      return result;
    };
    return {
      name: real.name,
      capabilities: real.capabilities,
      get: (key, options) => call('get', () => real.get(key, options)),
      getMany: (keys, options) => call('get', () => real.getMany(keys, options)),
      put: (key, value, options) => call('put', () => real.put(key, value, options)),
      remove: (key, options) => call('remove', () => real.remove(key, options)),
      putIfAbsent: (key, value, options) =>
        call('putIfAbsent', () => told(key, () => real.putIfAbsent(key, value, options))),
      replaceIfVersion: (key, value, version, options) =>
        call('replaceIfVersion', () => told(key, () => real.replaceIfVersion(key, value, version, options))),
      removeIfVersion: (key, version, options) =>
        call('removeIfVersion', () => told(key, () => real.removeIfVersion(key, version, options))),
      scan: (options) => real.scan(options),
      close: () => real.close(),
    };
  };
  return flaky;
}
