import { compareBytes } from '@kvtwin/bytes';
import { fileOfKey, fileOfTable } from '@kvtwin/hustdb-node';
import { HUSTDB_LIMITS, type ListedEntry, type NodeListing } from '@kvtwin/hustdb-protocol';
import type { CacheContents } from './hotrod-cache-contents.js';
import { isInRange, listed, type StorePage } from './store-listing.js';

const LETTERS = { hash: 'H', set: 'S', zset: 'Z' } as const;

/** A page of one of the files that a node would share these entries among: kv by key, then each table as a whole, by name. */
export function listContents(
  { kv, tables }: CacheContents,
  fileCount: number,
  page: StorePage & { readonly file: number },
): NodeListing {
  const { file, offset, size, noval = true, start = 0, end = HUSTDB_LIMITS.slots } = page;
  const entries: ListedEntry[] = kv
    .filter(({ key }) => fileOfKey(key, fileCount) === file)
    .sort((a, b) => compareBytes(a.key, b.key))
    .map((entry) => listed(entry, noval));
  for (const { name, type, entries: members } of tables) {
    const letter = LETTERS[type];
    if (fileOfTable(name, letter, fileCount) !== file) continue;
    const inOrder = [...members].sort((a, b) => compareBytes(a.key, b.key));
    for (const member of inOrder) {
      entries.push({ ...listed(member, noval || type === 'set'), table: name, type: letter });
    }
  }
  const chosen = entries.slice(offset, offset + size).filter(({ key }) => isInRange(key, start, end));
  return { outcome: 'listed', entries: chosen };
}
