import type { SideRead } from '@kvtwin/versioned-value';
import type { Compatibility } from '../proxy-options.js';
import { type Answer, notFound } from './answer.js';
import { unreadableAnswer } from './pair-answer.js';
import { versionText } from './version-text.js';

/** What stands in `X-Side`; the third and fourth are those who held the key before its slot was split off. */
const NAMES = ['first', 'second', 'third', 'fourth'];
const NO_BODY: readonly Uint8Array[] = [];

/**
 * What a plain read answers (`/get`, `/hget`, `/zscore`, `/exist`, …): the first side that has the key, nothing compared.
 * `X-Side` names the side that answered. `exist` and the like send no value.
 */
export function presentAnswer(sides: readonly SideRead[], compat: Compatibility, withValue: boolean): Answer {
  let isAbsent = true;
  for (let at = 0; at < sides.length; at++) {
    const side = sides[at]!;
    if (side.state === 'present') {
      const headers = ['Version', versionText(side.entry.version), 'X-Side', NAMES[at]!];
      return { status: 200, outcome: 'present', headers, body: withValue ? [side.entry.value] : NO_BODY };
    }
    if (side.state !== 'absent') isAbsent = false;
  }
  return isAbsent ? notFound('absent') : unreadableAnswer(sides, compat);
}
