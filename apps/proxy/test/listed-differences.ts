import { readFileSync } from 'node:fs';

/** Folder and name of every recorded scenario that `docs/hustdb/differences.md` lists in a table. */
export function listedDifferences(): ReadonlySet<string> {
  const path = new URL('../../../docs/hustdb/differences.md', import.meta.url);
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const names = rows.flatMap((row) =>
    [...row.split(' | ')[0]!.matchAll(/`([a-z0-9-]+\/[a-z0-9-]+)`/g)].map((match) => match[1]!),
  );
  return new Set(names);
}
