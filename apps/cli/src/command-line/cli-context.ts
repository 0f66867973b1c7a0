import type { Command } from 'commander';
import type { OpenSides } from '../sides/open-sides.js';
import type { CliIo } from './cli-io.js';
import { ExitCode } from './exit-code.js';

/** The command line around a command, for the few that describe or run others. */
export interface CommandLine {
  /** The program with the command that `args` begin with, or with all of them. */
  program(context: CliContext, args?: readonly string[]): Promise<Command>;
  /** Runs one command line; answers its exit code, and prints what went wrong. Never rejects. */
  run(args: readonly string[], context: CliContext): Promise<ExitCode>;
}

/** What every command is given, and where it leaves its exit code. */
export interface CliContext {
  io: CliIo;
  exitCode: ExitCode;
  readonly commandLine: CommandLine;
  /** The two sides, open already: commands that name no others use them, and leave them open. */
  readonly sides?: OpenSides;
}

/** Turns a function that answers an exit code into an action of commander. */
export function action<Args extends unknown[]>(
  context: CliContext,
  run: (...args: Args) => Promise<ExitCode | undefined>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    context.exitCode = (await run(...args)) ?? ExitCode.ok;
  };
}
