import { StoreError } from '@kvtwin/versioned-value';
import { CommanderError } from 'commander';
import type { CliContext, CommandLine } from './command-line/cli-context.js';
import { CliError } from './command-line/cli-error.js';
import type { CliIo } from './command-line/cli-io.js';
import { ExitCode } from './command-line/exit-code.js';
import { exitCodeOfStoreError } from './command-line/exit-code-of-store-error.js';
import { colorsFor } from './output/output.js';
import { createProgram } from './program.js';
import { withoutCredentials } from './sides/without-credentials.js';

const commandLine: CommandLine = { program: createProgram, run: runInContext };

/**
 * Runs one command line, without the name of the program. Never throws and never exits: answers the exit code. Data
 * goes to `io.stdout`, all else to `io.stderr`.
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<ExitCode> {
  return runInContext(args, { io, exitCode: ExitCode.ok, commandLine });
}

/** {@link runCli} in a context that may hold open sides. */
async function runInContext(args: readonly string[], context: CliContext): Promise<ExitCode> {
  try {
    const program = await createProgram(context, args);
    await program.parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    return report(error, context.io);
  }
}

function report(error: unknown, io: CliIo): ExitCode {
  // Commander has printed its message already; it fails with 0 after --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (io.signal.aborted) return ExitCode.interrupted;
  const { exitCode, message, hint } = explain(error);
  const colors = colorsFor(io.stderr, io.env);
  io.stderr.write(`${colors.red('error:')} ${hideCredentials(message)}\n`);
  if (hint !== undefined) io.stderr.write(`  ${hint}\n`);
  if (/\bkvtwin\b/.test(io.env.NODE_DEBUG ?? '') && error instanceof Error) {
    io.stderr.write(`${hideCredentials(error.stack ?? '')}\n`);
  }
  return exitCode;
}

interface Explanation {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

function explain(error: unknown): Explanation {
  if (error instanceof CliError) {
    return { exitCode: error.exitCode, message: error.message, hint: error.hint };
  }
  if (StoreError.is(error)) {
    return { exitCode: exitCodeOfStoreError(error.code), message: `${error.message} (${error.code})` };
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | null)?.code;
  return { exitCode: ExitCode.usage, message: typeof code === 'string' ? `${message} (${code})` : message };
}

/** In URLs within a message; `hotrod://[user:password@]host` is the form of one, and stays. */
function hideCredentials(message: string): string {
  return message.replaceAll(/[a-z][a-z0-9+]*:\/\/(?!\[user)[^\s"'`]*/gi, (url) => withoutCredentials(url));
}
