import { escapeControls, utf8TextOf } from './key-text.js';
import type { Colors } from './output.js';
import { differenceOf } from './text-difference.js';

/** Longer values are cut on the screen: a screenful, not the value, is what fits. `--raw` has it all. */
const maxTextCharacters = 1000;
const maxHexBytes = 48;

/** A value on one line: as text where it is UTF-8, else in hex, cut where it is long. */
export function previewValue(value: Uint8Array): string {
  if (value.length === 0) return '(empty)';
  const text = utf8TextOf(value);
  if (text === undefined) {
    const hex = Buffer.from(value.subarray(0, maxHexBytes))
      .toString('hex')
      .replaceAll(/..(?!$)/g, '$& ');
    return value.length > maxHexBytes ? `${hex} …` : hex;
  }
  return escapeControls(text.length > maxTextCharacters ? `${text.slice(0, maxTextCharacters)}…` : text);
}

/** Where two texts differ, as `[-first-]{+second+}`; `undefined` where they are no texts, or too long. */
export function previewDifference(first: Uint8Array, second: Uint8Array, colors: Colors): string | undefined {
  const texts = [utf8TextOf(first), utf8TextOf(second)];
  const [before, after] = texts;
  if (before === undefined || after === undefined) return undefined;
  if (before.length > maxTextCharacters || after.length > maxTextCharacters) return undefined;
  return differenceOf(before, after)
    ?.map(({ kind, text }) => {
      const shown = escapeControls(text);
      if (kind === 'removed') return colors.red(`[-${shown}-]`);
      return kind === 'added' ? colors.green(`{+${shown}+}`) : shown;
    })
    .join('');
}
