import type { EntryVersion } from './entry-version.js';
import type { ScanOptions, VersionedStore } from './versioned-store.js';
import type { VersionedValue } from './versioned-value.js';

/** Where an entry lies while it is visited: read it at once, both arrays and this object are used again for the next one. */
export interface EntryPlace {
  readonly keyBytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueBytes: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Undefined: it never goes away. */
  readonly expiring: Pick<VersionedValue, 'expiration' | 'createdAtMs' | 'lastUsedAtMs'> | undefined;
  version(): EntryVersion;
}

/** Takes what it needs of the entries of one batch. Must not throw. */
export interface EntryVisitor {
  visit(place: EntryPlace): void;
}

/** A batch whose entries have been visited. */
export interface VisitedBatch<Visitor extends EntryVisitor> {
  readonly visitor: Visitor;
  /** How many entries the visitor saw; a batch may be empty. */
  readonly entries: number;
  /** Resumes a scan behind it. */
  readonly cursor: string;
}

/**
 * `scan` of a store without arrays and objects for each entry. Each batch has a visitor of its own: one that comes too late,
 * after its scan was given up, is visited all the same, and nobody sees what came of it.
 */
export type DirectScan = <Visitor extends EntryVisitor>(
  options: ScanOptions,
  visitorOf: () => Visitor,
) => AsyncIterable<VisitedBatch<Visitor>>;

const scans = new WeakMap<VersionedStore, DirectScan>();

/** Says how a store is scanned so. Kept by the object, as direct reads are: whoever wraps it and replaces its `scan` is asked, and not passed by. */
export function offerDirectScan(store: VersionedStore, scan: DirectScan): void {
  scans.set(store, scan);
}

/** Scans any store so: directly where that was offered, else by what its `scan` shows. */
export async function* scanDirectly<Visitor extends EntryVisitor>(
  store: VersionedStore,
  options: ScanOptions,
  visitorOf: () => Visitor,
): AsyncGenerator<VisitedBatch<Visitor>> {
  const direct = scans.get(store);
  if (direct !== undefined) {
    yield* direct(options, visitorOf);
    return;
  }
  for await (const { entries, cursor } of store.scan(options)) {
    const visitor = visitorOf();
    for (const { key, entry } of entries) visitor.visit(placeOf(key, entry));
    yield { visitor, entries: entries.length, cursor };
  }
}

/** The place of an entry that has arrays of its own. */
export function placeOf(key: Uint8Array, entry: VersionedValue): EntryPlace {
  return {
    keyBytes: key,
    keyStart: 0,
    keyEnd: key.length,
    valueBytes: entry.value,
    valueStart: 0,
    valueEnd: entry.value.length,
    expiring: entry.expiration.kind === 'immortal' ? undefined : entry,
    version: () => entry.version,
  };
}
