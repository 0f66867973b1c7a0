import { type Command, Option } from 'commander';

/** How progress is shown; `auto`: a bar on a terminal, else a plain line every 10 s. */
export type ProgressMode = 'auto' | 'bar' | 'plain' | 'json' | 'none';

/** The flags about progress. */
export interface ProgressFlags {
  readonly progress?: ProgressMode;
  readonly quiet?: boolean;
}

/** Adds `--progress`; the command has `--quiet` already. */
export function addProgressOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--progress <how>',
      'progress on stderr (default: a bar on a terminal, else a line every 10 s)',
    ).choices(['bar', 'plain', 'json', 'none']),
  );
}

/** What the flags mean: `--quiet` shows none. */
export function progressModeOf({ progress, quiet }: ProgressFlags): ProgressMode {
  return quiet === true ? 'none' : (progress ?? 'auto');
}
