import {
  type CallOptions,
  classifyPair,
  type PairRead,
  type PairSource,
  type PairStore,
  type PairWrite,
  type PairWriteOptions,
  type SideRead,
  type StoreSelector,
  UNKNOWN_EXPIRATION,
  type VersionPolicy,
} from '@kvtwin/versioned-value';

/** One call that reached the pair. */
export interface SeenCall {
  readonly operation: 'read' | 'readFirst' | 'put' | 'remove';
  readonly selector: StoreSelector;
  readonly key: Buffer;
  readonly value?: Buffer;
  readonly options: PairWriteOptions;
}

/** What a scripted pair answers. Each may be a promise that the test settles. */
export interface Script {
  readonly policy?: VersionPolicy;
  read?(key: Buffer): PairRead | Promise<PairRead>;
  write?(key: Buffer): PairWrite | Promise<PairWrite>;
}

/** A pair that answers as told, and remembers what it was asked. */
export class ScriptedPair implements PairSource {
  readonly name = 'scripted';
  readonly policy: VersionPolicy;
  readonly sideNames = ['10.0.0.1:8085', '10.0.0.2:8085'] as const;
  readonly seen: SeenCall[] = [];
  closed = false;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
    this.policy = script.policy ?? 'counter';
  }

  async open(selector: StoreSelector): Promise<PairStore> {
    const note = (
      operation: SeenCall['operation'],
      key: Uint8Array,
      options: CallOptions = {},
      value?: Uint8Array,
    ) =>
      this.seen.push({
        operation,
        selector,
        key: Buffer.from(key),
        options,
        ...(value === undefined ? {} : { value: Buffer.from(value) }),
      });
    const read = async (key: Uint8Array): Promise<PairRead> => {
      if (this.#script.read === undefined) throw new TypeError('the script has no read');
      return this.#script.read(Buffer.from(key));
    };
    const write = async (key: Uint8Array): Promise<PairWrite> => {
      if (this.#script.write === undefined) throw new TypeError('the script has no write');
      return this.#script.write(Buffer.from(key));
    };
    return {
      name: this.name,
      policy: this.policy,
      read: (key, options) => {
        note('read', key, options);
        return read(key);
      },
      readFirst: async (key, options) => {
        note('readFirst', key, options);
        return (await read(key)).sides;
      },
      put: (key, value, options) => {
        note('put', key, options, value);
        return write(key);
      },
      remove: (key, options) => {
        note('remove', key, options);
        return write(key);
      },
      close: async () => {},
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A side that holds `value` under the counter `version`, or under a Hot Rod token of 16 hex digits. */
export function present(value: string | Uint8Array, version: string): SideRead {
  const scheme = version.length === 16 ? 'hotrod' : 'counter';
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return {
    state: 'present',
    entry: { value: bytes, version: { scheme, token: version }, expiration: UNKNOWN_EXPIRATION },
  };
}

/** What two sides amount to. */
export function pairRead(first: SideRead, second: SideRead, policy: VersionPolicy = 'counter'): PairRead {
  return classifyPair(first, second, policy);
}
