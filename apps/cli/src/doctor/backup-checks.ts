import { type Check, note, ok, warn } from './check.js';
import { askHttp, type HttpAnswer } from './http-question.js';
import type { Address } from './network-checks.js';

/** What the REST API answers of each site: a word, or an object with one. Infinispan, REST API v2/v3, `x-site/backups`. */
type Backups = Readonly<Record<string, unknown>>;

/**
 * How a cache's backups on other sites are, as Infinispan's REST API tells it on the port of Hot Rod. Nobody logs in
 * there, so a secured server does not tell.
 */
export async function backupChecks(
  server: Address,
  secure: boolean,
  cache: string,
  timeoutMs: number,
): Promise<Check[]> {
  if (cache === '') return [];
  const path = `/rest/v2/caches/${encodeURIComponent(cache)}/x-site/backups`;
  let answer: HttpAnswer;
  try {
    answer = await askHttp(server, path, { timeoutMs, secure });
  } catch {
    return [note('backups', 'backups on other sites: not told (no REST API on this port)')];
  }
  if (answer.status === 404) return [];
  if (answer.status !== 200)
    return [note('backups', `backups on other sites: not told (HTTP ${answer.status})`)];
  const backups = parse(answer.body);
  if (backups === undefined) return [note('backups', 'backups on other sites: not told')];
  return Object.entries(backups).map(([site, state]) => backupCheck(site, wordOf(state)));
}

function parse(body: string): Backups | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Backups)
      : undefined;
  } catch {
    return undefined;
  }
}

function wordOf(state: unknown): string {
  if (typeof state === 'string') return state;
  const { status } = (state ?? {}) as { status?: unknown };
  return typeof status === 'string' ? status : 'unknown';
}

function backupCheck(site: string, state: string): Check {
  if (state === 'online') return ok('backups', `backup to site ${site}: online`);
  const advice = 'writes do not reach that site: bring it online, or push the state, then diff';
  return warn('backups', `backup to site ${site}: ${state}`, advice);
}
