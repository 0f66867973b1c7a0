import { ExitCode } from './exit-code.js';

/** What each exit code means and what to do, for help and manual. */
export const exitCodeTexts: readonly (readonly [code: ExitCode, means: string, advice: string])[] = [
  [ExitCode.ok, 'the sides agree, or what was asked is done', ''],
  [
    ExitCode.usage,
    'the command line, a file it names or the configuration is wrong; a port is taken',
    'read the message; --help',
  ],
  [ExitCode.differences, 'the sides differ', 'look at a key with kvtwin get, or plan a repair'],
  [
    ExitCode.partial,
    'only a part could be done or read',
    'read what each side said; kvtwin job resume where it is a job',
  ],
  [
    ExitCode.unreachable,
    'a side cannot be reached, does not answer in time, or is no such store',
    'kvtwin doctor; --timeout',
  ],
  [ExitCode.auth, 'a side refuses the credentials', 'correct them in the URL or the profile'],
  [ExitCode.compareAndSetFailed, 'another version than the one asked for', 'read the key again'],
  [
    ExitCode.interrupted,
    'interrupted, or whoever read the output went away',
    'a job is resumed with kvtwin job resume',
  ],
];
