import { setTimeout as pause } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '@kvtwin/testkit';
import type { VersionedStore } from '@kvtwin/versioned-value';

/** What the writer lets pass between the two sides, at most; with both writes it stays within 200 ms. */
const MAX_PAUSE_MS = 80;
const PAUSE_BETWEEN_WRITES_MS = 5;
const PROMISED_MS = 200;

/** One write of both sides. */
export interface DoubleWrite {
  readonly key: Uint8Array;
  /** From the start of the first side's write to the end of the second's. */
  readonly tookMs: number;
  /** What of it the two stores took. */
  readonly answeredMs: number;
  /** By how much the pause between them, a timer of this process, was longer than asked for. */
  readonly lateMs: number;
}

/** What an active writer did. */
export interface WriterReport {
  readonly writes: number;
  /** Longest time from the start of the first side's write to the end of the second's. */
  readonly slowestMs: number;
  /** Those that took longer than 200 ms, the slowest first. */
  readonly slow: readonly DoubleWrite[];
}

/** A writer at work until it is stopped. */
export interface ActiveWriter {
  stop(): Promise<WriterReport>;
}

/**
 * Changes, removes and writes anew keys that agree, the first side and a moment later the second, and leaves both sides
 * the same. Three writers, each with keys of its own, so that two never race for one.
 */
export function startWriter(
  first: VersionedStore,
  second: VersionedStore,
  keys: readonly Uint8Array[],
  seed: number,
): ActiveWriter {
  const stopping = new AbortController();
  const lanes = [0, 1, 2].map((lane) =>
    writeUntil(
      stopping.signal,
      first,
      second,
      keys.filter((_, index) => index % 3 === lane),
      seededRandom(seed + lane),
    ),
  );
  return {
    stop: async () => {
      stopping.abort();
      const reports = await Promise.all(lanes);
      return {
        writes: reports.reduce((sum, { writes }) => sum + writes, 0),
        slowestMs: Math.max(...reports.map(({ slowestMs }) => slowestMs)),
        slow: reports.flatMap(({ slow }) => slow).sort((one, other) => other.tookMs - one.tookMs),
      };
    },
  };
}

async function writeUntil(
  signal: AbortSignal,
  first: VersionedStore,
  second: VersionedStore,
  keys: readonly Uint8Array[],
  random: SeededRandom,
): Promise<WriterReport> {
  let writes = 0;
  let slowestMs = 0;
  const slow: DoubleWrite[] = [];
  while (!signal.aborted) {
    const write = await writeBoth(first, second, random.pick(keys), random);
    slowestMs = Math.max(slowestMs, write.tookMs);
    if (write.tookMs > PROMISED_MS) slow.push(write);
    writes++;
    await pause(PAUSE_BETWEEN_WRITES_MS);
  }
  return { writes, slowestMs, slow };
}

async function writeBoth(
  first: VersionedStore,
  second: VersionedStore,
  key: Uint8Array,
  random: SeededRandom,
): Promise<DoubleWrite> {
  const value = random.next() < 0.2 ? undefined : random.bytes(24);
  const write = async (store: VersionedStore): Promise<number> => {
    const beganMs = performance.now();
    await (value === undefined ? store.remove(key) : store.put(key, value));
    return performance.now() - beganMs;
  };
  const beganMs = performance.now();
  const pauseMs = random.integer(0, MAX_PAUSE_MS);
  const firstMs = await write(first);
  await pause(pauseMs);
  const lateMs = performance.now() - beganMs - firstMs - pauseMs;
  const secondMs = await write(second);
  return { key, tookMs: performance.now() - beganMs, answeredMs: firstMs + secondMs, lateMs };
}
