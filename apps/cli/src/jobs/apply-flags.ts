import type { Command } from 'commander';
import { parseCount } from '../options/parse-number.js';
import { addProgressOption, type ProgressFlags } from '../progress/progress-option.js';

/** The flags that apply and undo share. */
export interface ApplyFlags extends ProgressFlags {
  readonly rps?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly unguarded?: boolean;
}

/** Adds them. */
export function addApplyOptions(command: Command): Command {
  command
    .option('--rps <count>', 'keys written in a second, at most', parseCount)
    .option('-y, --yes', 'do not ask')
    .option('--unguarded', 'write also to a store that has no compare-and-set')
    .option('--json', 'print the counts as one JSON object')
    .option('-q, --quiet', 'no progress, and nothing but errors on stderr');
  return addProgressOption(command);
}
