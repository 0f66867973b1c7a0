import type { Size } from './workload.js';

/** What is measured at once: an operation, how large, and how many in flight. */
export interface Cell {
  /** `iterate` goes through the whole cache in batches of 1,000; an operation of it is one entry. */
  readonly operation: 'get' | 'getWithMetadata' | 'put' | 'getAll' | 'iterate';
  readonly size: Size;
  /** Calls in flight. */
  readonly depth: number;
  /** Keys of one getAll. */
  readonly count?: number;
}

/** What a competitor did in a cell. */
export interface Measurement {
  readonly answered: number;
  readonly perSecond: number;
  /** CPU of the client's process for each operation. */
  readonly cpuMicros: number;
  /** Of a sample of the calls; 0 where none was taken. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Memory asked for, for each operation; only where it was asked to look. */
  readonly allocatedBytes?: number;
}

export function cellName({ operation, size, depth, count }: Cell): string {
  if (operation === 'iterate') return `iteration, entries of ${size}`;
  const what = count === undefined ? size : `${count.toLocaleString('en')} × ${size}`;
  return `${operation} ${what}, ${depth.toLocaleString('en')} in flight`;
}
