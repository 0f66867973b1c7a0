import { stepsBetween } from '../output/text-difference.js';
import { changedRow, oneSidedRow, type PaneRow, sameRow } from './pane-row.js';

/** Two texts line beside line; `undefined`: that side has none. Lines that differ stand beside each other. */
export function textRows(first: string | undefined, second: string | undefined): PaneRow[] {
  if (first !== undefined && second !== undefined) return rowsBetween(first.split('\n'), second.split('\n'));
  if (first !== undefined) return first.split('\n').map((line) => ({ ...sameRow(line), right: [] }));
  if (second !== undefined) return second.split('\n').map((line) => ({ ...sameRow(line), left: [] }));
  return [];
}

function rowsBetween(a: readonly string[], b: readonly string[]): PaneRow[] {
  const steps = stepsBetween(a, b);
  if (steps === undefined) return besideEachOther(a, b);
  const rows: PaneRow[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    rows.push(...besideEachOther(removed, added));
    removed = [];
    added = [];
  };
  for (const { kind, text } of steps) {
    if (kind === 'removed') removed.push(text);
    else if (kind === 'added') added.push(text);
    else {
      flush();
      rows.push(sameRow(text));
    }
  }
  flush();
  return rows;
}

function besideEachOther(a: readonly string[], b: readonly string[]): PaneRow[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => {
    const [first, second] = [a[at], b[at]];
    if (first === undefined) return oneSidedRow(1, '', second!);
    if (second === undefined) return oneSidedRow(0, '', first);
    return first === second ? sameRow(first) : changedRow('', first, second);
  });
}
