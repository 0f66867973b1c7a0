import { equalBytes } from '@kvtwin/bytes';
import { sameVersion } from './entry-version.js';
import { expirationSkewMs } from './expiration-skew.js';
import type { PairRead, VersionPolicy } from './pair-read.js';
import type { SideRead } from './side-read.js';
import type { Two } from './two.js';
import type { VersionedValue } from './versioned-value.js';

/** How {@link classifyPair} compares. */
export interface ClassifyPairOptions {
  /**
   * Expirations this near to each other count as the same, in milliseconds. Default 1000, the unit of Hot Rod and
   * HustDB; `expirationToleranceMs` computes it for two stores.
   */
  readonly expirationToleranceMs?: number;
}

/**
 * Says what two sides' answers for one key amount to. Values are compared byte by byte (`null` equals `null`),
 * versions as text, and only under policy `counter`. Under `opaque` the version of `agreed` and `value-conflict` is
 * the first side's. The answers stand in `sides` as they were given, not copied.
 */
export function classifyPair<V extends Uint8Array | null = Uint8Array>(
  first: SideRead<V>,
  second: SideRead<V>,
  policy: VersionPolicy,
  options: ClassifyPairOptions = {},
): PairRead<V> {
  const sides: Two<SideRead<V>> = [first, second];
  const versionsCompared = policy === 'counter';
  if (first.state === 'present' && second.state === 'present') {
    const read = compareEntries(sides, [first.entry, second.entry], versionsCompared);
    const skew = expirationSkewMs(first.entry, second.entry, options.expirationToleranceMs ?? 1000);
    return skew === undefined ? read : { ...read, expirationSkewMs: skew };
  }
  if (first.state === 'present' && second.state === 'absent') {
    return { kind: 'one-sided', present: 'first', sides, versionsCompared };
  }
  if (first.state === 'absent' && second.state === 'present') {
    return { kind: 'one-sided', present: 'second', sides, versionsCompared };
  }
  const bothAbsent = first.state === 'absent' && second.state === 'absent';
  return { kind: bothAbsent ? 'absent' : 'unreadable', sides, versionsCompared };
}

function compareEntries<V extends Uint8Array | null>(
  sides: Two<SideRead<V>>,
  [first, second]: Two<VersionedValue<V>>,
  versionsCompared: boolean,
): PairRead<V> {
  const versionsAgree = !versionsCompared || sameVersion(first.version, second.version);
  if (sameValue(first.value, second.value)) {
    const { value, version } = first;
    if (versionsAgree) return { kind: 'agreed', value, version, sides, versionsCompared };
    return { kind: 'version-skew', value, versions: [version, second.version], sides, versionsCompared };
  }
  const values: Two<V> = [first.value, second.value];
  if (versionsAgree) {
    return { kind: 'value-conflict', values, version: first.version, sides, versionsCompared };
  }
  return { kind: 'diverged', values, versions: [first.version, second.version], sides, versionsCompared };
}

function sameValue(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}
