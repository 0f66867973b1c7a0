import { escapeControls, utf8TextOf } from './key-text.js';
import type { Colors } from './output.js';
import { differenceOf, type TextRun } from './text-difference.js';

/** Longer values are cut on the screen: a screenful, not the value, is what fits. `--raw` has it all. */
const maxTextCharacters = 1000;
const maxHexBytes = 48;

/** A value on one line: as text where it is UTF-8, else in hex, cut where it is long. */
export function previewValue(value: Uint8Array): string {
  if (value.length === 0) return '(empty)';
  const text = utf8TextOf(value);
  if (text === undefined) {
    const hex = hexOf(value.subarray(0, maxHexBytes));
    return value.length > maxHexBytes ? `${hex} …` : hex;
  }
  return escapeControls(text.length > maxTextCharacters ? `${text.slice(0, maxTextCharacters)}…` : text);
}

/** Longer texts are told by where they differ first. */
const maxComparedCharacters = 64 * 1024;

/** What is shown of a long text around each place where it differs. */
const contextCharacters = 40;

/** What is shown of a long run that only one side has. */
const maxRunCharacters = 200;

/**
 * Where two texts differ, as `[-first-]{+second+}`; of long ones only the surroundings of what differs. `undefined` where
 * they are no texts, or differ in too many places.
 */
export function previewDifference(first: Uint8Array, second: Uint8Array, colors: Colors): string | undefined {
  const texts = [utf8TextOf(first), utf8TextOf(second)];
  const [before, after] = texts;
  if (before === undefined || after === undefined) return undefined;
  if (Math.max(before.length, after.length) > maxComparedCharacters) return undefined;
  const runs = differenceOf(before, after);
  if (runs === undefined) return undefined;
  const long = Math.max(before.length, after.length) > maxTextCharacters;
  const shown = long ? runs.map((run, at) => shortened(run, at === 0, at === runs.length - 1)) : runs;
  if (shown.reduce((sum, { text }) => sum + text.length, 0) > 2 * maxTextCharacters) return undefined;
  return shown
    .map(({ kind, text }) => {
      const escaped = escapeControls(text);
      if (kind === 'removed') return colors.red(`[-${escaped}-]`);
      return kind === 'added' ? colors.green(`{+${escaped}+}`) : escaped;
    })
    .join('');
}

/** A run of a long text: the ends of it that lie next to a difference. */
function shortened(run: TextRun, isFirst: boolean, isLast: boolean): TextRun {
  const { kind, text } = run;
  if (kind !== 'same') {
    return text.length > maxRunCharacters ? { kind, text: `${text.slice(0, maxRunCharacters)}…` } : run;
  }
  const head = isFirst ? '' : text.slice(0, contextCharacters);
  const tail = isLast ? '' : text.slice(-contextCharacters);
  return text.length <= head.length + tail.length ? run : { kind, text: `${head}…${tail}` };
}

/** Two values that are told by what they hold from where they differ first: as text where both are, else in hex. */
export function previewFromDifference(first: Uint8Array, second: Uint8Array): readonly [string, string] {
  const [before, after] = [utf8TextOf(first), utf8TextOf(second)];
  if (before !== undefined && after !== undefined) {
    let from = 0;
    while (from < before.length && before[from] === after[from]) from++;
    const show = (text: string): string =>
      from >= text.length
        ? `ends at character ${text.length}`
        : `from character ${from}: ${escapeControls(text.slice(from, from + maxRunCharacters))}${text.length > from + maxRunCharacters ? '…' : ''}`;
    return [show(before), show(after)];
  }
  let at = 0;
  while (at < first.length && at < second.length && first[at] === second[at]) at++;
  const show = (value: Uint8Array): string => {
    if (at >= value.length) return `ends at byte ${value.length}`;
    const hex = hexOf(value.subarray(at, at + maxHexBytes));
    return `from byte ${at}: ${hex}${value.length > at + maxHexBytes ? ' …' : ''}`;
  };
  return [show(first), show(second)];
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/..(?!$)/g, '$& ');
}
