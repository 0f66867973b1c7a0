import type {
  CallOptions,
  Clock,
  EntryVersion,
  PairRead,
  Two,
  VersionedValue,
} from '@kvtwin/versioned-value';
import { carriedExpiration } from './carried-expiration.js';
import { type CountedEntry, countUp } from './count-up.js';
import type { PairSide } from './pair-side.js';

/** The lower of two counters, and the one that it is to become; undefined where they are the same or no counters. */
export function lowerVersion(
  read: PairRead,
): { readonly at: 0 | 1; readonly entry: VersionedValue; readonly to: EntryVersion } | undefined {
  const [first, second] = read.sides;
  if (!read.versionsCompared || first.state !== 'present' || second.state !== 'present') return undefined;
  const counts = [Number(first.entry.version.token), Number(second.entry.version.token)] as const;
  if (!(counts[0] > 0 && counts[1] > 0) || counts[0] === counts[1]) return undefined;
  return counts[0] < counts[1]
    ? { at: 0, entry: first.entry, to: second.entry.version }
    : { at: 1, entry: second.entry, to: first.entry.version };
}

/**
 * Gives a side that holds the value already the version of the other one, by writing the value again under
 * compare-and-set. Its expiration stays where the store tells it. A sorted set's score keeps its version when it is set
 * again, so it takes the version in one write, directly after a look.
 */
export async function alignVersion(
  side: PairSide,
  key: Uint8Array,
  { entry, to }: { readonly entry: VersionedValue; readonly to: EntryVersion },
  { clock, call }: { readonly clock: Clock; readonly call: CallOptions },
): Promise<void> {
  const capabilities = await side.capabilities();
  const optionsNow = () => carriedExpiration(entry, capabilities, clock.nowMs()).options;
  const writeIf = (version: EntryVersion, replay: { replayVersion?: EntryVersion } = {}) =>
    side.call('replaceIfVersion', call, (store, limits) =>
      store.replaceIfVersion(key, entry.value, version, { ...optionsNow(), ...replay, ...limits }),
    );
  if (capabilities.conditionalReplay === true) {
    await writeIf(entry.version, { replayVersion: to });
    return;
  }
  const counted: CountedEntry = {
    capabilities,
    valueBytes: entry.value.length,
    look: async () => {
      const now = await side.read(key, call);
      return now.state === 'present' ? now.entry.version : undefined;
    },
    writeIf,
    replay: (version) =>
      side.call('put', call, (store, limits) =>
        store.put(key, entry.value, { ...optionsNow(), replayVersion: version, ...limits }),
      ),
  };
  await countUp(counted, entry.version, to);
}

/** Whether both sides hold what was asked for, with versions and expirations the same as far as that was asked. */
export function isAligned(
  read: PairRead,
  align: { readonly versions?: boolean; readonly expirations?: boolean },
): boolean {
  const apart: Two<boolean> = [
    align.versions === true && (read.kind === 'version-skew' || read.kind === 'diverged'),
    align.expirations === true && read.expirationSkewMs !== undefined,
  ];
  return !apart[0] && !apart[1];
}
