import type { StoreFamily } from '@kvtwin/versioned-value';
import { HustDbNodeError } from './node-error.js';

/** Rejects with `HUSTDB_NODE_OPTIONS` for a family whose stores do not count versions as HustDB does. */
export async function checkStore(family: StoreFamily | undefined): Promise<void> {
  if (family === undefined) return;
  const store = await family.open({ type: 'kv' });
  const { replay, tokensUnique, writesReturnVersion } = store.capabilities;
  await store.close();
  if (replay === true && !tokensUnique && writesReturnVersion) return;
  throw new HustDbNodeError(
    'HUSTDB_NODE_OPTIONS',
    `${family.name} does not count versions as HustDB does; open it with a counter envelope (?envelope=1)`,
  );
}
