/** Beyond this many tokens on a side the table of {@link stepsBetween} is not worth its memory. */
const maxTokens = 1500;

/** A run of text that both have, or only one of the two. */
export interface TextRun {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/**
 * How to get from one text to another: letters as whole words, everything else character by character. `undefined`
 * where the texts are too long to be compared so.
 */
export function differenceOf(before: string, after: string): TextRun[] | undefined {
  const steps = stepsBetween(tokensOf(before), tokensOf(after));
  if (steps === undefined) return undefined;
  const runs: TextRun[] = [];
  for (const { kind, text } of steps) append(runs, kind, text);
  return runs;
}

/**
 * How to get from one list to another, item by item: `same` and `removed` ones are those of the first list in order,
 * `same` and `added` ones those of the second. `undefined` where the lists differ in too many places.
 */
export function stepsBetween(a: readonly string[], b: readonly string[]): TextRun[] | undefined {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const middleA = a.slice(head, a.length - tail);
  const middleB = b.slice(head, b.length - tail);
  if (middleA.length > maxTokens || middleB.length > maxTokens) return undefined;
  const same = (text: string): TextRun => ({ kind: 'same', text });
  return [
    ...a.slice(0, head).map(same),
    ...longestCommon(middleA, middleB),
    ...a.slice(a.length - tail).map(same),
  ];
}

function tokensOf(text: string): string[] {
  return text.match(/\p{L}+|\s+|./gsu) ?? [];
}

function append(runs: TextRun[], kind: TextRun['kind'], text: string): void {
  if (text === '') return;
  const last = runs.at(-1);
  if (last?.kind === kind) runs[runs.length - 1] = { kind, text: last.text + text };
  else runs.push({ kind, text });
}

/** Walks the table of longest common subsequences; removals before additions. */
function longestCommon(a: readonly string[], b: readonly string[]): TextRun[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const runs: TextRun[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      runs.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (
      j >= b.length ||
      (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)
    ) {
      runs.push({ kind: 'removed', text: a[i++]! });
    } else {
      runs.push({ kind: 'added', text: b[j++]! });
    }
  }
  return runs;
}
