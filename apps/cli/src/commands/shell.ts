import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { positionalSides } from '../options/positional-sides.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { writeLine } from '../output/output.js';
import { loadHistory, saveHistory } from '../shell/history-file.js';
import { LineEndOutput } from '../shell/line-end-output.js';
import { runPipedShell } from '../shell/run-piped-shell.js';
import { runTerminalShell } from '../shell/run-terminal-shell.js';
import { ShellSession } from '../shell/shell-session.js';
import type { OpenSides } from '../sides/open-sides.js';
import { withSides } from '../sides/with-sides.js';

interface ShellFlags extends SideFlags {
  readonly exitOnError?: boolean;
}

const help = `
Commands are those of kvtwin: get, put, del, scan and diff, with the same options, on two sides that stay connected.
help, history and exit are the shell's own. Tab completes commands and options; Ctrl-C cancels what runs; Ctrl-D leaves.
A line that begins with a space is not kept in the history, which is in $KVTWIN_STATE/shell-history, for you only.

Where stdin is no terminal its lines are run one after the other; # begins a comment.

Examples:
  kvtwin shell
  kvtwin shell lon nyc --cache users
  kvtwin shell users < commands.txt
  echo 'get user:42 --json' | kvtwin shell lon nyc

Exit codes: 0 left, or every line ended with 0 · otherwise that of the first line that did not · 4 a side is
unreachable · 5 credentials · 130 interrupted`;

export function registerShell(program: Command, context: CliContext): void {
  const command = program
    .command('shell')
    .summary('type commands on two open sides')
    .description('Reads commands and runs them on two sides that stay connected.')
    .argument('[first]', 'the first side or a profile, instead of --first')
    .argument('[second]', 'the second side')
    .option('-e, --exit-on-error', 'without a terminal: end at the first line that does not end with 0')
    .addHelpText('after', help)
    .action(
      action(context, (first: string | undefined, second: string | undefined, flags: ShellFlags) =>
        shell(context, { ...flags, ...positionalSides('shell', first, second, flags) }),
      ),
    );
  addSideOptions(command);
}

async function shell(context: CliContext, flags: ShellFlags): Promise<ExitCode> {
  return withSides(context, flags, async (sides) => {
    await ping(sides, context, flags);
    const { io } = context;
    if (io.terminal === undefined) {
      return runPipedShell(new ShellSession(context, sides), io, flags.exitOnError === true);
    }
    const stdout = new LineEndOutput(io.stdout);
    const session = new ShellSession({ ...context, io: { ...io, stdout } }, sides, await loadHistory(io.env));
    const [first, second] = sides.names;
    await writeLine(io.stderr, `${first} and ${second} are connected; help shows what there is.`);
    const code = await runTerminalShell(session, {
      terminal: io.terminal,
      io,
      stdout,
      prompt: `${first}/${second}> `,
    });
    await saveHistory(io.env, session.history);
    return code;
  });
}

/** Whether both are there is known at once, not with the first command. */
async function ping({ families }: OpenSides, { io }: CliContext, { timeout }: ShellFlags): Promise<void> {
  const call = { signal: io.signal, timeoutMs: timeout };
  await Promise.all((families ?? []).map((family) => family.ping(call)));
}
