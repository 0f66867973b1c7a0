import { type PlanEffect, planEffects } from '@kvtwin/reconcile';
import { formatCount } from '../output/format-size.js';
import type { PlanCounts } from './plan-file-io.js';

/** What a plan does, for people: `1 050 copy    298 overwrite nyc    3 undecided`. */
export function planText(counts: PlanCounts, names: readonly [string, string]): string {
  const words: Record<PlanEffect, string> = {
    copy: 'copy',
    'overwrite-first': `overwrite ${names[0]}`,
    'overwrite-second': `overwrite ${names[1]}`,
    expiry: 'set expiry',
    version: 'set version',
    remove: 'remove',
    skip: 'skip',
    undecided: 'undecided',
  };
  const told = planEffects.filter((name) => counts[name] > 0);
  return told.length === 0
    ? 'nothing to do'
    : told.map((name) => `${formatCount(counts[name])} ${words[name]}`).join('    ');
}
