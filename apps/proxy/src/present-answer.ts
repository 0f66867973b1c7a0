import type { SideRead, Two } from '@kvtwin/versioned-value';
import { type Answer, notFound } from './answer.js';
import { unreadableAnswer } from './pair-answer.js';
import type { Compatibility } from './proxy-options.js';
import { versionText } from './version-text.js';

/**
 * What `/get`, `/hget`, `/exist` and `/hexist` answer: the first side that has the key, nothing compared.
 * `X-Side` names the side that answered. `exist` sends no value.
 */
export function presentAnswer(sides: Two<SideRead>, compat: Compatibility, withValue: boolean): Answer {
  for (const [at, side] of sides.entries()) {
    if (side.state !== 'present') continue;
    const headers = ['Version', versionText(side.entry.version), 'X-Side', at === 0 ? 'first' : 'second'];
    return { status: 200, outcome: 'present', headers, body: withValue ? [side.entry.value] : [] };
  }
  if (sides.every((side) => side.state === 'absent')) return notFound('absent');
  return unreadableAnswer(sides, compat);
}
