import { Argument, type Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import type { CommandNode } from '../command-line/command-tree.js';
import { ExitCode } from '../command-line/exit-code.js';
import { completionValues, type ValueList, valueLists } from '../completion/completion-values.js';
import { write, writeLine } from '../output/output.js';

const help = `
The script knows all commands, options and choices of this version; names of profiles and jobs are asked for when they
are needed.

Examples:
  eval "$(kvtwin completion bash)"                                        in ~/.bashrc
  source <(kvtwin completion zsh)                                         in ~/.zshrc, behind compinit
  kvtwin completion zsh > "\${fpath[1]}/_kvtwin"                           or once, as a file
  kvtwin completion fish > ~/.config/fish/completions/kvtwin.fish

Exit codes: 0 printed · 1 the command line is wrong`;

const scripts: Readonly<Record<string, () => Promise<(root: CommandNode) => string>>> = {
  bash: async () => (await import('../completion/bash-script.js')).bashScript,
  zsh: async () => (await import('../completion/zsh-script.js')).zshScript,
  fish: async () => (await import('../completion/fish-script.js')).fishScript,
};

export function registerCompletion(program: Command, context: CliContext): void {
  const completion = program
    .command('completion')
    .summary('print a completion script for your shell')
    .description('Prints the script that has bash, zsh or fish complete kvtwin.')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(scripts)))
    .addHelpText('after', help)
    .action(action(context, (shell: string) => print(context, shell)));
  completion
    .command('values', { hidden: true })
    .description('Prints names, one a line: what the scripts ask for.')
    .addArgument(new Argument('<list>', 'which names').choices(valueLists))
    .action(
      action(context, async (list: ValueList) => {
        for (const name of await completionValues(list, context.io.env))
          await writeLine(context.io.stdout, name);
        return ExitCode.ok;
      }),
    );
}

async function print(context: CliContext, shell: string): Promise<ExitCode> {
  const { commandTree } = await import('../command-line/command-tree.js');
  const script = await scripts[shell]!();
  await write(context.io.stdout, script(commandTree(await context.commandLine.program(context))));
  return ExitCode.ok;
}
