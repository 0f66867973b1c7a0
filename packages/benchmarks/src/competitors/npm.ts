import infinispan from 'infinispan';
import type { Cell } from '../cell.js';
import { keysOf, SIZES } from '../workload.js';
import { type Calls, type Competitor, type Pace, runInLoops } from './competitor.js';

/** npm `infinispan` on one connection. */
export async function openNpm(port: number, cacheName: string): Promise<Competitor> {
  const client = await infinispan.client(
    { port, host: '127.0.0.1' },
    { version: '4.1', cacheName, topologyUpdates: false },
  );
  const calls = ({ operation, size, count }: Cell): Calls => {
    const keys = keysOf(size, count);
    const mask = keys.length - 1;
    const value = 'v'.repeat(SIZES[size].bytes);
    let turn = 0;
    switch (operation) {
      case 'get':
        return { call: () => client.get(keys[turn++ & mask]!) };
      case 'getWithMetadata':
        return { call: () => client.getWithMetadata(keys[turn++ & mask]!) };
      case 'put':
        return { call: () => client.put(keys[turn++ & mask]!, value) };
      case 'getAll':
        return { call: () => client.getAll(keys) };
      default:
        throw new Error(`${operation} is no single call`);
    }
  };
  return {
    run: async (cell: Cell, pace: Pace) => {
      if (cell.operation !== 'iterate') return runInLoops(cell.depth, pace, calls(cell));
      do {
        const iterator = await client.iterator(1_000);
        for (let entry = await iterator.next(); !entry.done; entry = await iterator.next()) pace.answered++;
        await (iterator as typeof iterator & { close(): Promise<void> }).close();
      } while (!pace.over);
    },
    close: () => client.disconnect(),
  };
}
