import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process holds after a garbage collection, in MiB. */
export interface MemoryLevel {
  readonly heapMb: number;
  /** Buffers outside the heap. */
  readonly externalMb: number;
  readonly residentMb: number;
}

/** Collects garbage and measures. */
export function memoryLevel(): MemoryLevel {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const mb = (bytes: number): number => Math.round((bytes / 1_048_576) * 10) / 10;
  return { heapMb: mb(heapUsed), externalMb: mb(external), residentMb: mb(rss) };
}
