/** What is read and written. The first letter of a key tells the constant server how long its value is. */
export const WORKLOAD = {
  key: 'a-bench-00000001',
  value: 'v'.repeat(100),
  table: 'bench_table',
} as const;

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes of values, with the letter that keys of such values begin with. */
export const SIZES = {
  '100 B': { letter: 'a', bytes: 100 },
  '1 KiB': { letter: 'b', bytes: KIB },
  '64 KiB': { letter: 'c', bytes: 64 * KIB },
  '16 MiB': { letter: 'd', bytes: 16 * MIB },
  '64 MiB': { letter: 'e', bytes: 64 * MIB },
} as const;

export type Size = keyof typeof SIZES;

/** Keys that reads and writes of one size take turns with. */
export const KEY_COUNT = 256;

/** 16 bytes each. */
export function keysOf(size: Size, count: number = KEY_COUNT): string[] {
  const { letter } = SIZES[size];
  return Array.from({ length: count }, (_, at) => `${letter}-bench-${String(at).padStart(8, '0')}`);
}
