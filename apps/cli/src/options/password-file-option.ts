import type { Command } from 'commander';

/** The flag of commands that log in to what a URL names. */
export interface PasswordFileFlags {
  /** A file whose first line is the password of URLs that name a user and none. */
  readonly passwordFile?: string;
}

/** Adds it. */
export function addPasswordFileOption(command: Command): Command {
  return command.option(
    '--password-file <file>',
    'a file with the password of URLs that name a user and none (KVTWIN_PASSWORD)',
  );
}
