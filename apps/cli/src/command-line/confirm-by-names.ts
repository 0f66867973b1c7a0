import type { Two } from '@kvtwin/versioned-value';
import { write } from '../output/output.js';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { untilAborted } from './until-aborted.js';

/**
 * Has a person type the names of the sites before something is written to them. Without a terminal nobody can, so
 * `--yes` has to say it. Anything else than the names ends the command with nothing done.
 */
export async function confirmByNames(
  io: CliIo,
  question: string,
  names: Two<string> | readonly [string, string],
  yes: boolean,
): Promise<void> {
  if (yes) return;
  if (io.stdin.isTTY !== true) {
    throw new CliError(`${question} Nobody is there to ask.`, { hint: 'add --yes' });
  }
  await write(io.stderr, `  ${question} type the site names to go on:  `);
  const answer = await firstLine(io);
  if (answer.trim().split(/\s+/).join(' ') === names.join(' ')) return;
  throw new CliError('not confirmed: nothing was written', { hint: `the names are: ${names.join(' ')}` });
}

async function firstLine({ stdin, signal }: CliIo): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of untilAborted(stdin, signal)) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return text;
}
