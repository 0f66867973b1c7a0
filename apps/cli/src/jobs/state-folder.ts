import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CliIo } from '../command-line/cli-io.js';

/** Where jobs are kept: `KVTWIN_STATE`, else `$XDG_STATE_HOME/kvtwin`, else `~/.local/state/kvtwin`. */
export function stateFolder(env: CliIo['env']): string {
  if (env.KVTWIN_STATE) return env.KVTWIN_STATE;
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'kvtwin');
}
