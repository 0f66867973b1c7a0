import { type CacheEntry, HotRodClient } from '@kvtwin/hotrod-client';
import type { Cell } from '../cell.js';
import { keysOf, SIZES } from '../workload.js';
import { type Calls, type Competitor, type Pace, runInLoops } from './competitor.js';

/** `@kvtwin/hotrod-client` with its defaults, on one connection, with texts as keys and values. */
export async function openKvtwin(port: number, cacheName: string): Promise<Competitor> {
  const client = await HotRodClient.connect(`hotrod://127.0.0.1:${port}/${cacheName}?socket_timeout=60000`);
  const cache = client.cache();
  const calls = ({ operation, size, count }: Cell): Calls => {
    const keys = keysOf(size, count);
    const mask = keys.length - 1;
    const { bytes } = SIZES[size];
    const value = 'v'.repeat(bytes);
    let turn = 0;
    switch (operation) {
      case 'get':
        return {
          call: () => cache.get(keys[turn++ & mask]!),
          isRight: (answer) => (answer as string | undefined)?.length === bytes,
        };
      case 'getWithMetadata':
        return {
          call: () => cache.getEntry(keys[turn++ & mask]!),
          isRight: (answer) => (answer as CacheEntry<string> | undefined)?.value.length === bytes,
        };
      case 'put':
        return { call: () => cache.set(keys[turn++ & mask]!, value) };
      case 'getAll':
        return {
          call: () => cache.getMany(keys),
          isRight: (answer) => (answer as Map<string, string>).size === keys.length,
        };
      default:
        throw new Error(`${operation} is no single call`);
    }
  };
  return {
    run: async (cell: Cell, pace: Pace) => {
      if (cell.operation !== 'iterate') return runInLoops(cell.depth, pace, calls(cell));
      do {
        for await (const [, value] of cache.entries()) {
          if (value.length !== 100) throw new Error('a wrong value');
          pace.answered++;
        }
      } while (!pace.over);
    },
    close: () => client.close(),
  };
}
