import { bytesEqual } from './bytes-equal.js';
import { sameVersion } from './entry-version.js';
import { expirationSkewMs } from './expiration-skew.js';
import type { PairRead, PairReadBase, VersionPolicy } from './pair-read.js';
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
  const base: PairReadBase<V> = { sides: [first, second], versionsCompared: policy === 'counter' };
  if (first.state === 'present' && second.state === 'present') {
    const skew = expirationSkewMs(first.entry, second.entry, options.expirationToleranceMs ?? 1000);
    const both = compareEntries([first.entry, second.entry], policy);
    return { ...base, ...(skew === undefined ? {} : { expirationSkewMs: skew }), ...both };
  }
  if (first.state === 'present' && second.state === 'absent') {
    return { ...base, kind: 'one-sided', present: 'first' };
  }
  if (first.state === 'absent' && second.state === 'present') {
    return { ...base, kind: 'one-sided', present: 'second' };
  }
  if (first.state === 'absent' && second.state === 'absent') return { ...base, kind: 'absent' };
  return { ...base, kind: 'unreadable' };
}

type Compared<V> =
  | { kind: 'agreed'; value: V; version: VersionedValue['version'] }
  | { kind: 'version-skew'; value: V; versions: Two<VersionedValue['version']> }
  | { kind: 'value-conflict'; values: Two<V>; version: VersionedValue['version'] }
  | { kind: 'diverged'; values: Two<V>; versions: Two<VersionedValue['version']> };

function compareEntries<V extends Uint8Array | null>(
  [first, second]: Two<VersionedValue<V>>,
  policy: VersionPolicy,
): Compared<V> {
  const values: Two<V> = [first.value, second.value];
  const versions = [first.version, second.version] as const;
  const versionsAgree = policy === 'opaque' || sameVersion(first.version, second.version);
  if (sameValue(first.value, second.value)) {
    return versionsAgree
      ? { kind: 'agreed', value: first.value, version: first.version }
      : { kind: 'version-skew', value: first.value, versions };
  }
  return versionsAgree
    ? { kind: 'value-conflict', values, version: first.version }
    : { kind: 'diverged', values, versions };
}

function sameValue(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : bytesEqual(a, b);
}
