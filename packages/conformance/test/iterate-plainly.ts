import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';

/**
 * `node program.mjs URL URL`: goes through each store alone, then through both at once, and does nothing with what it
 * sees. Prints keys per second as JSON: of each alone, and of each while both are gone through.
 */
const [first = '', second = ''] = process.argv.slice(2);

async function walk(url: string): Promise<number> {
  const family = await openHotRodStoreFamily(url);
  try {
    const store = await family.open({ type: 'kv' });
    const beganMs = performance.now();
    let keys = 0;
    for await (const { entries } of store.scan({ batchSize: 1000 })) keys += entries.length;
    return Math.round((keys * 1000) / (performance.now() - beganMs));
  } finally {
    await family.close();
  }
}

const alone = [await walk(first), await walk(second)];
const together = await Promise.all([walk(first), walk(second)]);
process.stdout.write(`${JSON.stringify({ alone, together })}\n`);
