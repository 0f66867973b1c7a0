import { type SeededRandom, seededRandom, toHex } from '@kvtwin/testkit';
import type { VersionedStore, WriteOptions } from '@kvtwin/versioned-value';

/** What was made to differ for a key, in the words of `kvtwin diff`. */
export type PlantedClass = 'value-conflict' | 'only-first' | 'only-second' | 'expiry-skew';

/** How many keys of each class; the rest agrees. */
const PLANTED: readonly (readonly [PlantedClass, number])[] = [
  ['value-conflict', 160],
  ['only-first', 120],
  ['only-second', 120],
  ['expiry-skew', 100],
];

/** Writes in flight at once. */
const LANES = 128;
const HOUR_MS = 3_600_000;

/** What stands in the two stores. */
export interface PlantedSites {
  /** By key as hex. Whatever is not in it agrees. */
  readonly differences: ReadonlyMap<string, PlantedClass>;
  /** Keys that agree and never expire, for a writer to change. */
  readonly calm: readonly Uint8Array[];
}

interface SideValue {
  readonly value: Uint8Array;
  readonly options?: WriteOptions;
}

interface PlantedKey {
  readonly key: Uint8Array;
  readonly first?: SideValue;
  readonly second?: SideValue;
}

/** Fills two empty stores with `total` keys, 500 of which differ; the same seed plants the same. */
export async function plantDifferences(
  first: VersionedStore,
  second: VersionedStore,
  total: number,
  seed: number,
): Promise<PlantedSites> {
  const random = seededRandom(seed);
  const keys = random.shuffle(Array.from({ length: total }, (_, index) => keyOf(index)));
  const differences = new Map<string, PlantedClass>();
  const planted: PlantedKey[] = [];
  for (const [kind, count] of PLANTED) {
    for (const [index, key] of keys.splice(0, count).entries()) {
      differences.set(toHex(key), kind);
      planted.push(differing(kind, key, index, random));
    }
  }
  const mortal = keys.splice(0, 500).map((key) => agreeing(key, random, { lifespanMs: HOUR_MS }));
  const calm = [...keys];
  const agreed = keys.map((key) => agreeing(key, random));
  await writeAll(first, second, random.shuffle([...planted, ...mortal, ...agreed]));
  return { differences, calm };
}

/** Texts, binary keys with NUL and 0xFF, keys that are prefixes of others, and some long ones. */
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

function differing(kind: PlantedClass, key: Uint8Array, index: number, random: SeededRandom): PlantedKey {
  const value = random.bytes(random.integer(2, 40));
  switch (kind) {
    case 'only-first':
      return { key, first: { value } };
    case 'only-second':
      return { key, second: { value } };
    case 'value-conflict':
      return { key, first: { value }, second: { value: changed(value, index) } };
    case 'expiry-skew':
      return { key, ...skewed(value, index) };
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
function skewed(value: Uint8Array, index: number): { first: SideValue; second: SideValue } {
  const short: SideValue = { value, options: { lifespanMs: HOUR_MS } };
  const other: SideValue = index % 2 === 0 ? { value, options: { lifespanMs: 2 * HOUR_MS } } : { value };
  return index % 4 < 2 ? { first: short, second: other } : { first: other, second: short };
}

async function writeAll(
  first: VersionedStore,
  second: VersionedStore,
  keys: readonly PlantedKey[],
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let planted = keys[next++]; planted !== undefined; planted = keys[next++]) {
      await Promise.all([
        planted.first && first.put(planted.key, planted.first.value, planted.first.options),
        planted.second && second.put(planted.key, planted.second.value, planted.second.options),
      ]);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
