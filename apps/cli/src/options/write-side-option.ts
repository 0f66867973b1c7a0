import { Option } from 'commander';

/** `--side` of the commands that write. */
export function writeSideOption(): Option {
  return new Option('--side <side>', 'which side to write')
    .choices(['first', 'second', 'both'])
    .default('both');
}
