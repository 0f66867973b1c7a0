import { ExitCode } from './exit-code.js';

/** Ends a command with a message for people and a documented exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** What to do about it: one line, printed below the message. */
  readonly hint: string | undefined;

  constructor(
    message: string,
    details: { exitCode?: ExitCode; hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CliError';
    this.exitCode = details.exitCode ?? ExitCode.usage;
    this.hint = details.hint;
  }
}
