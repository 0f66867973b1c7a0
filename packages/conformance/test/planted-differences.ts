import { type SeededRandom, seededRandom, toHex } from '@kvtwin/testkit';
import type { VersionedStore, VersionPolicy, WriteOptions } from '@kvtwin/versioned-value';

/** What was made to differ for a key, in the words of `kvtwin diff`. */
export type PlantedClass =
  | 'value-conflict'
  | 'diverged'
  | 'version-skew'
  | 'only-first'
  | 'only-second'
  | 'expiry-skew';

/** How many keys of each class; the rest agrees. Opaque versions are never compared, so two classes need counters. */
const PLANTED: Readonly<Record<VersionPolicy, readonly (readonly [PlantedClass, number])[]>> = {
  opaque: [
    ['value-conflict', 160],
    ['only-first', 120],
    ['only-second', 120],
    ['expiry-skew', 100],
  ],
  counter: [
    ['value-conflict', 100],
    ['diverged', 90],
    ['version-skew', 90],
    ['only-first', 80],
    ['only-second', 80],
    ['expiry-skew', 60],
  ],
};

/** A server that collects garbage while a million keys come in stops for seconds. */
const WRITE_LIMIT_MS = 60_000;
/** Writes in flight at once. */
const LANES = 128;
/** Keys that agree and expire on both sides alike. */
const MORTAL = 500;
const HOUR_MS = 3_600_000;

/** What stands in the two stores. */
export interface PlantedSites {
  /** By key as hex. Whatever is not in it agrees. */
  readonly differences: ReadonlyMap<string, PlantedClass>;
  /** Keys that agree and never expire, for a writer to change. */
  readonly calm: readonly Uint8Array[];
}

/** What is planted. */
export interface PlantOptions {
  readonly total: number;
  readonly seed: number;
  readonly policy: VersionPolicy;
  readonly times?: number;
}

interface SideValue {
  readonly value: Uint8Array;
  readonly options?: WriteOptions;
  /** Each write counts where versions are counters. */
  readonly writes?: number;
}

interface PlantedKey {
  readonly key: Uint8Array;
  readonly first?: SideValue;
  readonly second?: SideValue;
}

/** Fills two empty stores with `total` keys, 500 of which differ (`times` as many); the same seed plants the same. */
export async function plantDifferences(
  first: VersionedStore,
  second: VersionedStore,
  { total, seed, policy, times = 1 }: PlantOptions,
): Promise<PlantedSites> {
  const random = seededRandom(seed);
  const keys = random.shuffle(Array.from({ length: total }, (_, index) => keyOf(index)));
  const differences = new Map<string, PlantedClass>();
  const planted: PlantedKey[] = [];
  for (const [kind, count] of PLANTED[policy]) {
    for (const [index, key] of keys.splice(0, count * times).entries()) {
      differences.set(toHex(key), kind);
      planted.push({ key, ...differing(kind, random.bytes(random.integer(2, 40)), index) });
    }
  }
  planted.push(...keys.splice(0, MORTAL).map((key) => agreeing(key, random, { lifespanMs: HOUR_MS })));
  await writeAll(first, second, plantedThenAgreeing(planted, keys, random));
  return { differences, calm: keys };
}

/** Made one by one: a million of them at once would stop everything else for seconds. */
function* plantedThenAgreeing(
  planted: readonly PlantedKey[],
  keys: readonly Uint8Array[],
  random: SeededRandom,
): Generator<PlantedKey> {
  yield* planted;
  for (const key of keys) yield agreeing(key, random);
}

/** Texts, keys with NUL and 0xFF, keys that are prefixes of others, and some of 3.9 KB. */
function keyOf(index: number): Uint8Array {
  const text = new TextEncoder().encode(`user:${index}`);
  switch (index % 10) {
    case 7:
      return Uint8Array.of(0x00, 0xff, ...text, 0x00);
    case 8:
      return Uint8Array.of(...text, ...new Uint8Array(index % 97));
    case 9:
      return index % 1_000 === 9
        ? Uint8Array.of(...text, ...new Uint8Array(3_900 - text.length).fill(0x61))
        : text;
    default:
      return text;
  }
}

function agreeing(key: Uint8Array, random: SeededRandom, options?: WriteOptions): PlantedKey {
  const side = { value: random.bytes(random.integer(0, 40)), options };
  return { key, first: side, second: side };
}

function differing(kind: PlantedClass, value: Uint8Array, index: number): Omit<PlantedKey, 'key'> {
  switch (kind) {
    case 'only-first':
      return { first: { value } };
    case 'only-second':
      return { second: { value } };
    case 'value-conflict':
      return { first: { value }, second: { value: changed(value, index) } };
    case 'diverged':
      return { first: { value, writes: 2 }, second: { value: changed(value, index) } };
    case 'version-skew':
      return { first: { value }, second: { value, writes: 2 + (index % 3) } };
    case 'expiry-skew':
      return skewed(value, index);
  }
}

/** Differs in the last byte, behind a NUL only, in length by one byte, or by being empty. */
function changed(value: Uint8Array, index: number): Uint8Array {
  const last = value.length - 1;
  switch (index % 4) {
    case 0:
      return value.with(last, value[last]! ^ 0xff);
    case 1:
      value[0] = 0x00;
      return value.with(1, value[1]! ^ 0x01);
    case 2:
      return Uint8Array.of(...value, 0x00);
    default:
      return new Uint8Array(0);
  }
}

/** Twice the time to live, or none at all on one side. */
function skewed(value: Uint8Array, index: number): Omit<PlantedKey, 'key'> {
  const short: SideValue = { value, options: { lifespanMs: HOUR_MS } };
  const other: SideValue = index % 2 === 0 ? { value, options: { lifespanMs: 2 * HOUR_MS } } : { value };
  return index % 4 < 2 ? { first: short, second: other } : { first: other, second: short };
}

async function writeAll(
  first: VersionedStore,
  second: VersionedStore,
  keys: Generator<PlantedKey>,
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let next = keys.next(); !next.done; next = keys.next()) {
      const planted = next.value;
      await Promise.all([
        write(first, planted.key, planted.first),
        write(second, planted.key, planted.second),
      ]);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function write(store: VersionedStore, key: Uint8Array, side: SideValue | undefined): Promise<void> {
  for (let left = side?.writes ?? 1; side !== undefined && left > 0; left--) {
    await store.put(key, side.value, { ...side.options, timeoutMs: WRITE_LIMIT_MS });
  }
}
