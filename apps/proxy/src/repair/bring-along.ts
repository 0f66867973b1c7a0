import {
  type CountedEntry,
  carriedExpiration,
  countUp,
  isBehind,
  type ReplicaPairStore,
} from '@kvtwin/replica-pair';
import type {
  CallOptions,
  EntryVersion,
  PairStore,
  SideRead,
  SideWrite,
  VersionedStore,
  VersionedValue,
  WriteOptions,
  WriteResult,
} from '@kvtwin/versioned-value';

/** A pair whose sides can be read and written one by one. */
export type RepairableStore = PairStore & Pick<ReplicaPairStore, 'readSide' | 'writeSide'>;

/** A front that is a pair by itself cannot: it repairs its sides itself. */
export function isRepairable(store: PairStore): store is RepairableStore {
  return 'readSide' in store && 'writeSide' in store;
}

/** What is to be written, and over what. */
export interface BringAlong {
  readonly key: Uint8Array;
  readonly to: 0 | 1;
  /** What the other side holds. */
  readonly source: SideRead;
  /** What the side that is written was seen to hold; it must hold it still. */
  readonly target: SideRead;
  readonly nowMs: number;
  /** Whether the key was removed in between, so that its version began anew. */
  readonly removedBetween: boolean;
  /** When what is written ends, where the other side does not tell. */
  readonly expiresAtMs: number | undefined;
  readonly call: CallOptions;
}

/** Writes one side under compare-and-set, with the version of the other one where versions count. */
export function bringAlong(store: RepairableStore, request: BringAlong): Promise<SideWrite> {
  const { key, to, source, target, call } = request;
  return store.writeSide(to, call, async (side, options) => {
    if (source.state !== 'present') {
      if (target.state !== 'present') return { outcome: 'applied' };
      return side.removeIfVersion(key, target.entry.version, options);
    }
    const expiration = expirationOf(request, source.entry, side);
    const write: Write = { side, key, value: source.entry.value, options: { ...expiration, ...options } };
    if (store.policy === 'opaque') return written(write, target, {});
    return counted(write, target, source.entry.version, request.removedBetween);
  });
}

interface Write {
  readonly side: VersionedStore;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly options: WriteOptions;
}

function written(
  { side, key, value, options }: Write,
  target: SideRead,
  replay: Pick<WriteOptions, 'replayVersion'>,
): Promise<WriteResult> {
  if (target.state !== 'present') return side.putIfAbsent(key, value, { ...options, ...replay });
  return side.replaceIfVersion(key, value, target.entry.version, { ...options, ...replay });
}

/** Until the side counts what the other one does. */
async function counted(
  write: Write,
  seen: SideRead,
  wanted: EntryVersion,
  removedBetween: boolean,
): Promise<WriteResult> {
  const { side, key } = write;
  if (side.capabilities.conditionalReplay === true) return written(write, seen, { replayVersion: wanted });
  let target = seen;
  if (target.state === 'present' && removedBetween && !isBehind(target.entry.version, wanted)) {
    const removed = await side.removeIfVersion(key, target.entry.version, write.options);
    if (removed.outcome !== 'applied') return removed;
    target = { state: 'absent' };
  }
  const result = await written(write, target, {});
  if (result.outcome !== 'applied' || !isBehind(result.version, wanted)) return result;
  return countUp(again(write), result.version!, wanted);
}

/** The value that was just written, to be written again. */
function again({ side, key, value, options }: Write): CountedEntry {
  return {
    capabilities: side.capabilities,
    valueBytes: value.length,
    look: async () => (await side.get(key, options))?.version,
    writeIf: (version) => side.replaceIfVersion(key, value, version, options),
    replay: (replayVersion) => side.put(key, value, { ...options, replayVersion }),
  };
}

function expirationOf(
  { nowMs, expiresAtMs }: BringAlong,
  entry: VersionedValue,
  side: VersionedStore,
): Pick<WriteOptions, 'lifespanMs' | 'maxIdleMs'> {
  const carried = carriedExpiration(entry, side.capabilities, nowMs);
  if (carried.told !== 'not-told' || expiresAtMs === undefined || !side.capabilities.lifespan)
    return carried.options;
  return { lifespanMs: Math.max(1, Math.ceil((expiresAtMs - nowMs) / 1000)) * 1000 };
}
