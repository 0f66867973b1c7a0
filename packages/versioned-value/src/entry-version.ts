/**
 * How a version came about, and so what may be done with it:
 * - `hotrod`: 8 bytes, unique per update of a key; not sequential, not comparable between two sites
 *   (Hot Rod GetWithMetadata: "Unique value of an existing entry modification").
 * - `counter`: a decimal counter per key, as HustDB keeps it (`Version: 1`), comparable between two sides of a pair.
 * - `memory`: the in-memory reference store's own tokens, unique per update in one store.
 */
export type VersionScheme = 'hotrod' | 'counter' | 'memory';

/**
 * A version as an opaque token. Two versions are the same exactly if scheme and token are the same text
 * (HustDB HA compares versions as text too: `5` and `05` differ).
 *
 * `token`: for `hotrod` 16 lower-case hex digits, the 8 bytes in wire order; for `counter` the decimal text as it was
 * sent, or the empty string where the server sent an empty `Version:` (an undefined version).
 */
export interface EntryVersion {
  readonly scheme: VersionScheme;
  readonly token: string;
}

/** Whether two versions are the same token of the same scheme. */
export function sameVersion(a: EntryVersion, b: EntryVersion): boolean {
  return a.scheme === b.scheme && a.token === b.token;
}
