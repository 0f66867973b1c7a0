import { HotRodClient } from '@kvtwin/hotrod-client';
import type { Cell } from '../cell.js';
import { keysOf, SIZES } from '../workload.js';
import { type Competitor, type Pace, runInLoops } from './competitor.js';

/** `@kvtwin/hotrod-client` with its defaults, on one connection, with texts as keys and values. */
export async function openKvtwin(port: number, cacheName: string): Promise<Competitor> {
  const client = await HotRodClient.connect(`hotrod://127.0.0.1:${port}/${cacheName}?socket_timeout=60000`);
  const cache = client.cache();
  const call = ({ operation, size, count }: Cell): (() => Promise<unknown>) => {
    const keys = keysOf(size, count);
    const mask = keys.length - 1;
    const { bytes } = SIZES[size];
    const value = 'v'.repeat(bytes);
    let turn = 0;
    switch (operation) {
      case 'get':
        return async () => check((await cache.get(keys[turn++ & mask]!))?.length, bytes);
      case 'getWithMetadata':
        return async () => check((await cache.getEntry(keys[turn++ & mask]!))?.value.length, bytes);
      case 'put':
        return () => cache.set(keys[turn++ & mask]!, value);
      case 'getAll':
        return async () => check((await cache.getMany(keys)).size, keys.length);
      default:
        throw new Error(`${operation} is no single call`);
    }
  };
  return {
    run: async (cell: Cell, pace: Pace) => {
      if (cell.operation !== 'iterate') return runInLoops(cell.depth, pace, call(cell));
      do {
        for await (const [, value] of cache.entries()) {
          check(value.length, 100);
          pace.answered++;
        }
      } while (!pace.over);
    },
    close: () => client.close(),
  };
}

function check(length: number | undefined, expected: number): void {
  if (length !== expected) throw new Error(`an answer of ${length} instead of ${expected}`);
}
