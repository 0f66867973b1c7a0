import type { ExitCode } from '../command-line/exit-code.js';

/** How one check went. `note`: nothing to judge, or not told. */
export type CheckStatus = 'ok' | 'note' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface Check {
  /** A stable name, for programs: `tls-certificate`. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found, in one line, without credentials. */
  readonly text: string;
  /** What to do about it; for `warn` and `fail`. */
  readonly advice?: string;
  /** How the command ends because of it; for `fail`. */
  readonly exitCode?: ExitCode;
}

/** Checks that belong together. */
export interface CheckGroup {
  /** What they are about: `this machine`, the name of a side, `both sides`. */
  readonly about: string;
  readonly checks: readonly Check[];
}

export function ok(name: string, text: string): Check {
  return { name, status: 'ok', text };
}

export function note(name: string, text: string): Check {
  return { name, status: 'note', text };
}

export function warn(name: string, text: string, advice: string): Check {
  return { name, status: 'warn', text, advice };
}

export function fail(name: string, text: string, advice: string, exitCode: ExitCode): Check {
  return { name, status: 'fail', text, advice, exitCode };
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Its code, where it has one. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
