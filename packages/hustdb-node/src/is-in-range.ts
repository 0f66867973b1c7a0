import { HUSTDB_LIMITS } from '@kvtwin/hustdb-protocol';
import { bucketOf } from './file-of.js';

/** Whether a key's bucket lies in the range that a listing asks for. */
export function isInRange(
  key: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  if (start === 0 && end === HUSTDB_LIMITS.slots) return true;
  const bucket = bucketOf(key);
  return bucket >= start && bucket < end;
}
