import { inflateRawSync } from 'node:zlib';
import { HUSTDB_LIMITS, type ListedEntry } from '@kvtwin/hustdb-protocol';

/**
 * An entry whose value a node lists as it stores it, deflated, with the value that a read answers. What cannot be inflated
 * (the node itself answers a read of it with 400), or would be longer than any value, stays as it was listed: its key is
 * seen, and whoever reads it is told.
 */
export function inflatedEntry(entry: ListedEntry): ListedEntry {
  const { deflated, value, ...rest } = entry;
  if (deflated !== true || value === undefined) return entry;
  try {
    return { ...rest, value: inflateRawSync(value, { maxOutputLength: HUSTDB_LIMITS.valueBytes }) };
  } catch {
    return entry;
  }
}
