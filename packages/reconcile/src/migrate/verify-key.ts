import { equalBytes } from '@kvtwin/bytes';
import type { Sha256 } from '@kvtwin/replica-pair';
import type { CallOptions } from '@kvtwin/versioned-value';
import { entryDigest } from './entry-sum.js';
import type { ReadKey } from './key-copier.js';
import type { MappedKey } from './key-mapper.js';
import type { LocatedKey } from './located-key.js';
import type { MigrateSettings } from './migrate-options.js';
import type { MigrateSource } from './migrate-source.js';
import type { MigrateTarget } from './migrate-target.js';
import { readSource } from './read-source.js';
import { retryPassing } from './retry-passing.js';

/** Looks at a key that somebody keeps writing, before it counts as different. */
const mostLooks = 3;
const pauseMs = 100;

/** What {@link verifyOneKey} works with. */
export interface VerifyKeyParts {
  readonly source: MigrateSource;
  readonly target: MigrateTarget;
  readonly mapped: MappedKey;
  readonly sha256: Sha256;
  readonly settings: Pick<MigrateSettings, 'retries' | 'clock' | 'signal' | 'timeoutMs'>;
  readonly call: CallOptions;
}

/** How a key was found, and the digests of what was to be copied and of what the target holds for it. */
export interface VerifiedKey {
  readonly as: 'copied' | 'held' | 'missing' | 'different';
  readonly digests?: readonly [source: Uint8Array, target: Uint8Array | undefined];
}

/** Compares a key that was read from the source a moment ago; undefined where the source has it no more. */
export async function verifyOneKey(
  located: LocatedKey,
  read: ReadKey['read'],
  parts: VerifyKeyParts,
): Promise<VerifiedKey | undefined> {
  const { call, mapped, settings, sha256, source, target } = parts;
  let now = read;
  for (let look = 1; ; look++) {
    const value = valueToCopy(now, mapped);
    if (now.kind === 'absent') return undefined;
    if (value === undefined) return { as: 'held' };
    const held = await retryPassing(settings, async () => {
      const stores = await target.storesOf(mapped.target!, located.key);
      return Promise.all(stores.map((store) => store.get(located.key, call)));
    });
    const wanted = await entryDigest(located, await sha256(value), sha256);
    if (held.every((entry) => entry !== undefined && equalBytes(entry.value, value))) {
      return { as: 'copied', digests: [wanted, wanted] };
    }
    const other = held.find((entry) => entry !== undefined && !equalBytes(entry.value, value));
    if (look === mostLooks) {
      if (other === undefined) return { as: 'missing', digests: [wanted, undefined] };
      const digest = await entryDigest(located, await sha256(other.value), sha256);
      return { as: 'different', digests: [wanted, digest] };
    }
    await settings.clock.sleep(pauseMs * look, settings.signal);
    now = (await readSource(source, [located], settings))[0]!;
  }
}

function valueToCopy(read: ReadKey['read'], { rule }: MappedKey): Uint8Array | undefined {
  if (read.kind === 'value') return read.entry.value;
  if (read.kind !== 'disagree' || read.why !== 'one-sided' || rule.oneSided !== 'copy') return undefined;
  const present = read.sides.find((side) => side.state === 'present');
  return present?.state === 'present' ? present.entry.value : undefined;
}
