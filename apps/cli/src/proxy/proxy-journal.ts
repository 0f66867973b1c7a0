import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { CliIo } from '../command-line/cli-io.js';
import { stateFolder } from '../jobs/state-folder.js';
import { withoutCredentials } from '../sides/without-credentials.js';

/** What a proxy stands on, as far as its journal's place depends on it. */
export interface JournalOwner {
  readonly port: number;
  readonly table?: string | undefined;
  readonly pair?: string | undefined;
  readonly first?: string | undefined;
  readonly second?: string | undefined;
}

/**
 * Where a proxy keeps its repair journal when nobody says so: `proxy/SIDES@PORT` below the state folder, so that the proxy
 * finds it again after a restart, and a second one for the same sides has its own. Undefined, in memory, where both sides are
 * embedded and end with the process; false, none, for a front, which repairs its nodes itself.
 */
export function defaultProxyJournal(owner: JournalOwner, env: CliIo['env']): string | false | undefined {
  if (owner.pair !== undefined) return false;
  const sides = owner.table === undefined ? [owner.first ?? '', owner.second ?? ''] : [owner.table];
  if (sides.every((side) => side.startsWith('memory:'))) return undefined;
  const plain = sides.map(withoutCredentials);
  const shown =
    owner.table === undefined
      ? plain.map((url) => url.replace(/^[a-z+]+:\/*(?:\*\*\*@)?/i, ''))
      : [basename(owner.table)];
  const name = shown
    .join('+')
    .replace(/[^A-Za-z0-9.+-]+/g, '_')
    .slice(0, 80);
  // Of two names that are cut or spelt the same each has its own.
  const hash = createHash('sha256').update(plain.join('\n')).digest('hex').slice(0, 8);
  return join(stateFolder(env), 'proxy', `${name}-${hash}@${owner.port}`);
}
