import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { environmentTexts } from '../command-line/environment-texts.js';
import { ExitCode } from '../command-line/exit-code.js';
import { exitCodeTexts } from '../command-line/exit-code-texts.js';
import { writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';

const topics: Readonly<Record<string, () => string>> = {
  'exit-codes': () => plainTable(exitCodeTexts.map(([code, means, advice]) => [String(code), means, advice])),
  environment: () => plainTable(environmentTexts.map(([name, meaning]) => [name, meaning])),
};

/** `kvtwin help COMMAND` as `kvtwin COMMAND --help`, and help about what is no command. */
export function registerHelp(program: Command, context: CliContext): void {
  program
    .command('help', { hidden: true })
    .description('Shows all about a command, or about a topic: exit-codes, environment.')
    .argument('[command...]', 'a command, or a topic')
    .action(action(context, (words: string[]) => help(context, words)));
}

async function help(context: CliContext, words: readonly string[]): Promise<ExitCode> {
  const [word = ''] = words;
  const topic = words.length === 1 && Object.hasOwn(topics, word) ? topics[word] : undefined;
  if (topic === undefined) return helpOf(context, words);
  await writeLine(context.io.stdout, topic());
  return ExitCode.ok;
}

/** As far as the words name commands; a word that is none where one must be is the usual error. */
async function helpOf(context: CliContext, words: readonly string[]): Promise<ExitCode> {
  const { commandLine } = context;
  let command = await commandLine.program(context);
  const path: string[] = [];
  for (const word of words) {
    if (command.commands.length === 0) break;
    path.push(word);
    const below = command.commands.find((each) => each.name() === word);
    if (below === undefined) return commandLine.run(path, context);
    command = below;
  }
  return commandLine.run([...path, '--help'], context);
}
