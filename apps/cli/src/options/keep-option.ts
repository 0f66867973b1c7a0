import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { parseDurationMs } from './parse-duration.js';

/** Long enough to notice next month what was wrong with this month's repair, and no heap of old values for ever. */
const defaultKeepMs = 30 * 86_400_000;

/** The flag of commands that keep before-images. `null`: for ever. */
export interface KeepFlags {
  readonly keep?: number | null;
}

/** Adds it. */
export function addKeepOption(command: Command): Command {
  return command.option(
    '--keep <duration>',
    'how long before-images are kept once it is done: 90d, or forever (KVTWIN_KEEP; default: 30d)',
    parseKeep,
  );
}

/** How long before-images are to be kept; `null`: until the job is removed. */
export function keepOf({ keep }: KeepFlags, env: CliIo['env']): number | null {
  if (keep !== undefined) return keep;
  if (!env.KVTWIN_KEEP) return defaultKeepMs;
  try {
    return parseKeep(env.KVTWIN_KEEP);
  } catch (error) {
    throw new CliError(`KVTWIN_KEEP is ${JSON.stringify(env.KVTWIN_KEEP)}. ${(error as Error).message}`);
  }
}

function parseKeep(text: string): number | null {
  if (text === 'forever') return null;
  try {
    return parseDurationMs(text);
  } catch {
    throw new InvalidArgumentError('Give a duration such as 12h or 30d, or forever.');
  }
}
