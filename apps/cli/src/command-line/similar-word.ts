/** A typing mistake or two: more is another word. */
const maxChanges = 2;

/** The word that was probably meant; undefined where none is near. */
export function similarWord(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((each) => ({ each, changes: changesBetween(word, each) }))
    .filter(({ each, changes }) => changes <= maxChanges && changes < each.length)
    .sort((one, other) => one.changes - other.changes);
  return near[0]?.each;
}

/** Letters put in, left out or changed (Levenshtein). */
function changesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (let to = 1; to <= other.length; to++) {
      const change = letter === other[to - 1] ? 0 : 1;
      next.push(Math.min(row[to]! + 1, next[to - 1]! + 1, row[to - 1]! + change));
    }
    row = next;
  }
  return row[other.length]!;
}
