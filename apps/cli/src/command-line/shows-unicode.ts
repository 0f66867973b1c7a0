import type { CliIo } from './cli-io.js';

/** Whether a terminal has more than ASCII: all but those that were told so by `LC_ALL`, `LC_CTYPE` or `LANG`. */
export function showsUnicode(env: CliIo['env']): boolean {
  return !/^(C|POSIX)$/.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
