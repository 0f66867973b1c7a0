import { versionText as knownVersionText } from '@kvtwin/hustdb-protocol';
import type { EntryVersion } from '@kvtwin/versioned-value';

/**
 * A version as the dialect writes it: decimal digits, at most 20 of them, or nothing where it is not known.
 * A HustDB counter stands as it was sent. The 8 bytes of a Hot Rod version are read as one unsigned big-endian number,
 * so that callers that keep versions as 64-bit numbers keep working; it is still a token, not a count.
 */
export function versionText(version: EntryVersion | undefined): string {
  return version === undefined ? '' : knownVersionText(version);
}

/** The larger of two versions of a counter pair (HustDB HA answers a write so); the known one where one is not. */
export function largerVersionText(a: string, b: string): string {
  if (a === '' || b === '') return a === '' ? b : a;
  return Number(a) >= Number(b) ? a : b;
}
