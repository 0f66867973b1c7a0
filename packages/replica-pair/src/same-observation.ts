import { equalBytes } from '@kvtwin/bytes';
import { type SideRead, sameVersion } from '@kvtwin/versioned-value';

/**
 * Whether two reads of one side saw the same state of the key: absent both times, or the same version and the same
 * bytes. A read that failed saw nothing and is never the same as another.
 */
export function sameObservation(a: SideRead, b: SideRead): boolean {
  if (a.state === 'present' && b.state === 'present') {
    return sameVersion(a.entry.version, b.entry.version) && equalBytes(a.entry.value, b.entry.value);
  }
  return a.state === 'absent' && b.state === 'absent';
}
