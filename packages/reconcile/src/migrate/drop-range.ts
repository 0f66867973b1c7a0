import type { OrderedStore, OrderedWrite } from '../job/ordered-store.js';

/** Keys taken out in one write. */
const dropAtOnce = 4096;

/** Takes everything in a range out of the store. */
export async function dropRange(
  store: OrderedStore,
  range: readonly [from: Uint8Array, to: Uint8Array],
): Promise<void> {
  let writes: OrderedWrite[] = [];
  for await (const entries of store.range(...range)) {
    for (const [key] of entries) {
      writes.push([key.slice(), undefined]);
      if (writes.length < dropAtOnce) continue;
      await store.write(writes);
      writes = [];
    }
  }
  if (writes.length > 0) await store.write(writes);
}
