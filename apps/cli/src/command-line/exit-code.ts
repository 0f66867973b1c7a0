/** How `kvtwin` ends. Scripts may rely on these numbers; the README documents them. */
export const ExitCode = {
  /** The two sides agree, or what was asked is done. */
  ok: 0,
  /** The command line, a file it names, or the configuration is wrong; nothing was changed. */
  usage: 1,
  /** The two sides differ. */
  differences: 2,
  /** Only part of it could be done or read. */
  partial: 3,
  /** A side cannot be reached, does not answer in time, or is not the store that its URL says. */
  unreachable: 4,
  /** A side refuses the credentials. */
  auth: 5,
  /** A compare-and-set write found another version. */
  compareAndSetFailed: 6,
  /** Ctrl-C, SIGTERM, or whoever read the output went away. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
