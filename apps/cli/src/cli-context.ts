import type { CliIo } from './cli-io.js';
import { ExitCode } from './exit-code.js';
import type { OpenSides } from './open-sides.js';

/** What every command is given, and where it leaves its exit code. */
export interface CliContext {
  readonly io: CliIo;
  exitCode: ExitCode;
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
