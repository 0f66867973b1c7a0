import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { spawnKvtwin } from './built-kvtwin.js';
import { MigrationServers, seedPair } from './migration-servers.js';

const kv = { type: 'kv' } as const;
const sessions = { type: 'hash', table: 'sessions' } as const;

/** What a migration left behind, all that must be the same whatever happened to it. */
interface MigrationEnd {
  /** Everything in the target's cache, kv and tables, keys as they are. */
  readonly contents: readonly string[];
  readonly counts: unknown;
  readonly places: unknown;
  readonly held: string;
  readonly skipped: string;
  readonly digests: unknown;
}

/**
 * A migration of a HustDB pair to a Hot Rod cache, once undisturbed and once killed (-9) at random moments: the target,
 * the counts, the held and the skipped keys are the same. Answers how many kills hit.
 */
export async function survivesMigrationKills(
  keys: number,
  kills: number,
  random: () => number,
): Promise<number> {
  const servers = await MigrationServers.start();
  try {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    await seedPair(servers, pair, keys);
    for (let at = 0; at < keys; at += 17) await servers.put(pair[1], kv, `key:${at}`, 'other');
    await servers.put(pair[0], sessions, 'only here', '1');
    const calm = await newTarget(servers, 'calm', keys);
    const troubled = await newTarget(servers, 'troubled', keys);
    const startMs = await timed(() => run(servers, calm, ['--version']));
    const wholeMs = await timed(async () => {
      const ended = await run(servers, calm, migrate(pair, calm));
      expect(ended.code, ended.stderr).toBe(3);
    });
    const workMs = Math.max(0, wholeMs - startMs);

    let hits = 0;
    for (let kill = 0; kill < kills; kill++) {
      const running = spawn(servers, troubled, goOn(pair, troubled));
      // Each goes on where the one before was: two thirds of the time of the whole hit most of them at work.
      const timer = setTimeout(() => running.child.kill('SIGKILL'), startMs + (random() * workMs * 2) / 3);
      if ((await running.ended).code === null) hits++;
      clearTimeout(timer);
    }
    const last = await run(servers, troubled, goOn(pair, troubled));
    expect(last.code, last.stderr).toBe(3);
    expect(await endOf(servers, troubled)).toEqual(await endOf(servers, calm));
    return hits;
  } finally {
    await servers.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

interface Target {
  readonly name: string;
  readonly url: string;
  readonly state: string;
}

/** A cache that has another value for some keys already. */
async function newTarget(servers: MigrationServers, name: string, keys: number): Promise<Target> {
  const url = `${await servers.hotRod('users')}/users`;
  for (let at = 5; at < keys; at += 40) await servers.put(url, kv, `key:${at}`, 'theirs');
  return { name, url, state: join(servers.folder.path, name) };
}

const options = ['--verify', '--batch', '32', '--settle', '20ms', '--quiet'];

function migrate(pair: readonly string[], { url }: Target): readonly string[] {
  return ['migrate', pair.join(), url, ...options];
}

/** The first job that was begun so far that it can be resumed; a new one where there is none. */
function goOn(pair: readonly string[], target: Target): readonly string[] {
  const id = jobOf(target);
  return id === undefined ? migrate(pair, target) : ['job', 'resume', id, '--quiet'];
}

function jobOf({ state }: Target): string | undefined {
  const folder = join(state, 'jobs');
  const begun = existsSync(folder)
    ? readdirSync(folder).filter((id) => existsSync(join(folder, id, 'job.json')))
    : [];
  return begun.sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)))[0];
}

function spawn(servers: MigrationServers, { state }: Target, args: readonly string[]) {
  return spawnKvtwin(args, join(servers.folder.path, 'config'), { KVTWIN_STATE: state });
}

function run(servers: MigrationServers, target: Target, args: readonly string[]) {
  return spawn(servers, target, args).ended;
}

async function endOf(servers: MigrationServers, target: Target): Promise<MigrationEnd> {
  const read = (name: string): Promise<string> =>
    readFile(join(target.state, 'jobs', jobOf(target)!, name), 'utf8');
  const { counts, places } = JSON.parse(await read('summary.json'));
  const { digests } = JSON.parse(await read('certificate.json'));
  return {
    contents: await servers.contents(`${target.url}?layout=raw`, kv),
    counts,
    places,
    held: await read('held.ndjson'),
    skipped: withoutVersions(await read('skipped.ndjson')),
    digests,
  };
}

/** The versions of two caches are not the same, nor need they be. */
function withoutVersions(rows: string): string {
  return rows.replaceAll(/"version":"[^"]*"/g, '"version":""');
}
