import { CliError } from '../command-line/cli-error.js';
import type { SideFlags } from './side-options.js';

/** The sides of `kvtwin COMMAND FIRST SECOND`, or `COMMAND PAIR`, as the flags that say the same. */
export function positionalSides(
  command: string,
  first: string | undefined,
  second: string | undefined,
  flags: SideFlags,
): SideFlags {
  if (first === undefined) return {};
  if ([flags.first, flags.second, flags.pair, flags.profile].some((side) => side !== undefined)) {
    throw new CliError('the sides are named twice', {
      hint: `either kvtwin ${command} FIRST SECOND, or options`,
    });
  }
  if (second !== undefined) return { first, second };
  if (first.includes(':')) {
    throw new CliError('only the first side is named', {
      hint: `kvtwin ${command} FIRST SECOND, or the name of a profile that is a pair`,
    });
  }
  return { profile: first };
}
