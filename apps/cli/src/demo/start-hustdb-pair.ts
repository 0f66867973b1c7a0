import { HustDbNode } from '@kvtwin/hustdb-node';
import { type SampleValue, sampleFields, sampleTable } from './sample-table.js';

/** Two embedded HustDB nodes with the sample table. */
export interface HustDbPair {
  readonly nodes: readonly [HustDbNode, HustDbNode];
  close(): Promise<void>;
}

/** Starts both nodes on free ports and writes the samples. */
export async function startHustDbPair(): Promise<HustDbPair> {
  const first = await HustDbNode.listen();
  const second = await HustDbNode.listen().catch(async (error: unknown) => {
    await first.close();
    throw error;
  });
  for (const { key, ...sides } of sampleFields) {
    writeField(first, key, sides.first);
    writeField(second, key, sides.second);
  }
  return {
    nodes: [first, second],
    close: async () => void (await Promise.all([first.close(), second.close()])),
  };
}

function writeField({ storage }: HustDbNode, key: string, sample: SampleValue | undefined): void {
  for (let write = 0; write < (sample?.writes ?? 0); write++) {
    const demand = { table: sampleTable, key: bytes(key), value: bytes(sample!.value), ttlSeconds: 0 };
    storage.put({ ...demand, ver: 0, isDup: false });
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
