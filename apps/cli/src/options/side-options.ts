import { type Command, Option } from 'commander';
import { parseDurationMs } from './parse-duration.js';
import { addPasswordFileOption, type PasswordFileFlags } from './password-file-option.js';

/** The flags that name the two sides. */
export interface SideFlags extends PasswordFileFlags {
  readonly first?: string;
  readonly second?: string;
  readonly pair?: string;
  readonly profile?: string;
  /** The cache of both sides, instead of what their URLs say. */
  readonly cache?: string;
  readonly versions?: 'counter' | 'opaque';
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Adds the flags that name the two sides and how they are asked. */
export function addSideOptions(command: Command): Command {
  command
    .option(
      '--first <url>',
      'the first side: hotrod://, hotrods://, hustdb://, memory:, or a profile (KVTWIN_FIRST)',
    )
    .option('--second <url>', 'the second side (KVTWIN_SECOND)')
    .option('--pair <url>', 'both sides behind one front: hustdb+ha://host:8082 (KVTWIN_PAIR)')
    .option(
      '-p, --profile <name>',
      'a profile that names both sides (KVTWIN_PROFILE; default: the active one)',
    )
    .option('--cache <name>', 'the cache of both Hot Rod sides, whatever their URLs say')
    .addOption(
      new Option('--versions <policy>', 'how versions of the two sides relate').choices([
        'counter',
        'opaque',
      ]),
    );
  return addPasswordFileOption(command).option(
    '--timeout <duration>',
    'longest time that one side may take for one answer',
    parseDurationMs,
    5000,
  );
}
