import { isOfOneKey, type MigrateSource, notTold, readMasters } from '@kvtwin/reconcile';
import { type Replica, readFrom } from './replica.js';

/** One replica as a source, or the two masters of a pair. */
export async function replicaSource(replicas: readonly Replica[]): Promise<MigrateSource> {
  const [first, second] = replicas as readonly [Replica, Replica?];
  const parts = await Promise.all(replicas.map((replica) => replica.part()));
  const name = replicas.map((replica) => replica.name).join(',');
  if (second !== undefined) {
    return {
      name,
      parts,
      copies: 2,
      read: (keys, call = {}) =>
        readMasters(keys, async (place) => [await first.store(place), await second.store(place)], call),
    };
  }
  return {
    name,
    parts,
    copies: 1,
    read: (keys, call = {}) =>
      Promise.all(
        keys.map(async (located) => {
          try {
            const entry = await readFrom(first, located, call);
            return entry === undefined ? { kind: 'absent' } : { kind: 'value', entry };
          } catch (error) {
            call.signal?.throwIfAborted();
            if (isOfOneKey(error)) return notTold;
            return { kind: 'unreadable', error };
          }
        }),
      ),
  };
}
