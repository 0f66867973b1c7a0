import type { CallOptions, Two, VersionedStore } from '@kvtwin/versioned-value';

/**
 * How many keys a scan of two stores will show, about: half of what both count. Undefined where one of them does not
 * count, or fails: nobody has to know it.
 */
export async function expectedKeys(
  stores: Two<VersionedStore>,
  call: CallOptions,
): Promise<number | undefined> {
  const counts = await Promise.all(
    stores.map(async (store) => (await store.count?.(call).catch(() => undefined)) ?? Number.NaN),
  );
  const half = Math.round((counts[0]! + counts[1]!) / 2);
  return Number.isNaN(half) ? undefined : half;
}
