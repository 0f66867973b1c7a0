import { type VersionedStore, withCounterEnvelope } from '@kvtwin/versioned-value';
import { alteredStore } from './altered-store.js';

/** As a HustDB node: counts versions from 1, again after a removal, and creates by a write without condition, before which it looks. */
export function countingNode(store: VersionedStore): VersionedStore {
  const counts = withCounterEnvelope(store);
  return alteredStore(counts, {
    capabilities: { ...counts.capabilities, putIfAbsent: 'check-then-write', conditionalReplay: false },
    putIfAbsent: (key, value, options) => counts.put(key, value, options),
  });
}
