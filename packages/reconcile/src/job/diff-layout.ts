import type { CallOptions, StoreParts, Two, VersionedStore } from '@kvtwin/versioned-value';
import { hashRanges, mostUnits } from './job-keys.js';

/**
 * What the work of a job is cut into.
 * - `parts`: the parts that both stores have alike (segments of a Hot Rod cache, files of a HustDB node); unit `n` is part `n`
 *   of both, scanned and compared in memory.
 * - `hash`: ranges of the key's hash; both stores are scanned whole before, into the job's store.
 */
export interface DiffLayout {
  readonly kind: 'parts' | 'hash';
  /** Of the parts; `hash` otherwise. */
  readonly scheme: string;
  readonly units: number;
}

/** Larger parts are not compared in memory: each would need passes of its own. */
const mostKeysPerPart = 50_000;

export const hashLayout: DiffLayout = { kind: 'hash', scheme: 'hash', units: hashRanges };

/** The layout for two stores: their parts where both have the same. */
export async function chooseLayout(stores: Two<VersionedStore>, options: CallOptions): Promise<DiffLayout> {
  const [first, second] = await Promise.all([partsOf(stores[0], options), partsOf(stores[1], options)]);
  if (first === undefined || second === undefined || first.scheme !== second.scheme) return hashLayout;
  const keys = Math.max(first.keysPerPart ?? 0, second.keysPerPart ?? 0);
  if (first.count > mostUnits || keys > mostKeysPerPart) return hashLayout;
  return { kind: 'parts', scheme: first.scheme, units: first.count };
}

/** Whether two stores still have the parts that a layout was made for. */
export async function stillFits(
  layout: DiffLayout,
  stores: Two<VersionedStore>,
  options: CallOptions,
): Promise<boolean> {
  if (layout.kind === 'hash') return true;
  const found = await Promise.all([partsOf(stores[0], options), partsOf(stores[1], options)]);
  return found.every((parts) => parts?.scheme === layout.scheme && parts.count === layout.units);
}

async function partsOf(store: VersionedStore, options: CallOptions): Promise<StoreParts | undefined> {
  return store.parts?.(options);
}
