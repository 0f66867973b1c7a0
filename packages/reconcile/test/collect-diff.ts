import type { DiffSummary, KeyDifference, StoreDiff } from '../src/index.js';

/** Iterates a diff to its end. */
export async function collectDiff(
  diff: StoreDiff,
): Promise<{ readonly differences: KeyDifference[]; readonly summary: DiffSummary }> {
  const differences: KeyDifference[] = [];
  for await (const difference of diff) differences.push(difference);
  return { differences, summary: await diff.summary };
}

/** Key (as text) → class. Fails on a key that comes twice. */
export function classesByKey(differences: readonly KeyDifference[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { key, class: name } of differences) {
    const text = new TextDecoder().decode(key);
    if (found.has(text)) throw new Error(`${text} was reported twice`);
    found.set(text, name);
  }
  return found;
}
