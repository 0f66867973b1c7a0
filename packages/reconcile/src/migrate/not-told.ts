import type { SourceRead } from './migrate-source.js';

/** A key that is there, of which its servers cannot tell the value: it is held. */
export const notTold: Extract<SourceRead, { kind: 'disagree' }> = {
  kind: 'disagree',
  why: 'not-told',
  sides: [{ state: 'unknown' }, { state: 'unknown' }],
};
