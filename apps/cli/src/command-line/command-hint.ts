import type { SideFlags } from '../options/side-options.js';
import type { TableFlags } from '../options/table-options.js';
import { keyAsArgument } from '../output/key-text.js';
import { withoutCredentials } from '../sides/without-credentials.js';

/** The flags of this call that say which sides and which keys were meant. */
export type PlaceFlags = SideFlags & TableFlags;

const placeFlags = ['first', 'second', 'pair', 'profile', 'cache', 'versions', 'type', 'table'] as const;

/**
 * A command about a key as it would be typed next: it names the sides and the table as this call did. Passwords in URLs
 * are left out, so such a line must be completed by hand.
 */
export function commandHint(
  verb: string,
  key: Uint8Array,
  place: PlaceFlags,
  more: readonly string[] = [],
): string {
  const named = placeFlags.flatMap((flag) => {
    const value = place[flag];
    return value === undefined ? [] : [`--${flag}`, shellWord(withoutCredentials(value))];
  });
  const flags = [...named, ...more];
  const argument = keyAsArgument(key);
  const words = argument.startsWith('-- ') ? [...flags, argument] : [argument, ...flags];
  return ['kvtwin', verb, ...words].join(' ');
}

function shellWord(text: string): string {
  return /^[\w:@%+=./,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
