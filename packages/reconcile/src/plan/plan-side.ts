import type { Side, Two } from '@kvtwin/versioned-value';

/** The side that a person means: `first`, `second`, its name, or `A`, `B` where no side has that for its name. */
export function planSideOf(text: string, [first, second]: Two<string>): Side | undefined {
  if (text === 'first' || text === 'second') return text;
  if (first !== second) {
    if (text === first) return 'first';
    if (text === second) return 'second';
  }
  if (text === 'A') return 'first';
  return text === 'B' ? 'second' : undefined;
}
