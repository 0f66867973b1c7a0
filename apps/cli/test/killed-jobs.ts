import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import type { StoreFamily, Two, VersionedStore } from '@kvtwin/versioned-value';
import { expect } from 'vitest';
import { spawnKvtwin } from './built-kvtwin.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Two embedded sites that drifted apart, and a folder for the jobs of one run. */
export interface DriftedSites {
  readonly stores: Two<VersionedStore>;
  readonly folder: TemporaryFolder;
  readonly env: Readonly<Record<string, string>>;
  /** Every key with its two values; equal for equal contents. */
  contents(): Promise<string>;
  close(): Promise<void>;
}

/** Starts two sites with so many keys, of which each tenth differs in one way or another. */
export async function driftedSites(keys: number): Promise<DriftedSites> {
  const folder = await temporaryFolder();
  const servers = [
    await HotRodServer.listen({ caches: { users: {} } }),
    await HotRodServer.listen({ caches: { users: {} } }),
  ];
  const families: StoreFamily[] = [];
  for (const server of servers) families.push(await openHotRodStoreFamily(`${server.url}/users`));
  const stores = (await Promise.all(
    families.map((family) => family.open({ type: 'kv' })),
  )) as unknown as Two<VersionedStore>;
  for (let at = 0; at < keys; at++) {
    const key = utf8(`key:${at}`);
    const kind = at % 30;
    if (kind !== 0) await stores[0].put(key, utf8(`value ${at}`));
    if (kind !== 10) await stores[1].put(key, utf8(kind === 20 ? `other ${at}` : `value ${at}`));
  }
  return {
    stores,
    folder,
    env: {
      KVTWIN_STATE: join(folder.path, 'state'),
      KVTWIN_FIRST: `${servers[0]!.url}/users`,
      KVTWIN_SECOND: `${servers[1]!.url}/users`,
    },
    contents: () => contentsOf(stores),
    close: async () => {
      for (const family of families) await family.close();
      for (const server of servers) await server.close();
      await folder.remove();
    },
  };
}

async function contentsOf(stores: Two<VersionedStore>): Promise<string> {
  const lines: string[] = [];
  for (const [at, store] of stores.entries()) {
    for await (const { entries } of store.scan()) {
      for (const { key, entry } of entries) {
        lines.push(`${at} ${Buffer.from(key).toString()} ${Buffer.from(entry.value).toString()}`);
      }
    }
  }
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

/** Runs commands, each killed (-9) after a random time, as often as `kills` says, then one to its end. */
async function runWithKills(
  next: () => readonly string[],
  sites: DriftedSites,
  { kills, random, wholeMs }: { kills: number; random: () => number; wholeMs: number },
): Promise<{ readonly code: number | null; readonly stderr: string; readonly hits: number }> {
  const start = () => spawnKvtwin(next(), join(sites.folder.path, 'config'), sites.env);
  let hits = 0;
  for (let kill = 0; kill < kills; kill++) {
    const running = start();
    const timer = setTimeout(() => running.child.kill('SIGKILL'), random() * wholeMs);
    if ((await running.ended).code === null) hits++;
    clearTimeout(timer);
  }
  return { ...(await start().ended), hits };
}

/** The last job that was begun so far that it can be resumed. */
function lastJob(sites: DriftedSites): string | undefined {
  const folder = join(sites.env.KVTWIN_STATE!, 'jobs');
  const begun = existsSync(folder)
    ? readdirSync(folder).filter((id) => existsSync(join(folder, id, 'job.json')))
    : [];
  return begun.sort((one, other) => Number(other.slice(1)) - Number(one.slice(1)))[0];
}

/**
 * A diff, an apply and an undo, each killed several times at random moments: the report, the sides after the apply and
 * the sides after the undo are those of runs that nothing disturbed. Answers how many kills hit.
 */
export async function survivesKills(keys: number, kills: number, random: () => number): Promise<number> {
  const calm = await driftedSites(keys);
  try {
    const troubled = await driftedSites(keys);
    try {
      return await compareRuns(calm, troubled, kills, random);
    } finally {
      await troubled.close();
    }
  } finally {
    await calm.close();
  }
}

async function compareRuns(
  calm: DriftedSites,
  troubled: DriftedSites,
  kills: number,
  random: () => number,
): Promise<number> {
  const original = await calm.contents();
  const run = (sites: DriftedSites, args: readonly string[]) =>
    spawnKvtwin(args, join(sites.folder.path, 'config'), sites.env).ended;
  const timed = async (args: readonly string[], code: number): Promise<number> => {
    const beganMs = performance.now();
    const ended = await run(calm, args);
    expect(ended.code, ended.stderr).toBe(code);
    return performance.now() - beganMs;
  };
  let hits = 0;
  const disturb = async (next: () => readonly string[], wholeMs: number, code: number): Promise<void> => {
    const ended = await runWithKills(next, troubled, { kills, random, wholeMs });
    expect(ended.code, ended.stderr).toBe(code);
    hits += ended.hits;
  };

  const diff = ['diff', '--quiet'];
  const diffMs = await timed(diff, 2);
  await run(troubled, diff);
  const resume = (): readonly string[] => {
    const id = lastJob(troubled);
    return id === undefined || id === 'd1' ? diff : ['job', 'resume', id, '--quiet'];
  };
  await disturb(resume, diffMs, 2);
  const report = (id: string): Promise<string> =>
    readFile(join(troubled.env.KVTWIN_STATE!, 'jobs', id, 'report.ndjson'), 'utf8');
  expect(await report(lastJob(troubled)!)).toBe(await report('d1'));

  const planOf = (sites: DriftedSites): string => join(sites.folder.path, 'plan.ndjson');
  for (const sites of [calm, troubled]) {
    const rules = ['--rule', 'only-*=copy', '--rule', '*=first'];
    const made = await run(sites, ['plan', 'd1', '--output', planOf(sites), ...rules]);
    expect(made.code, made.stderr).toBe(0);
  }
  const apply = (sites: DriftedSites): readonly string[] => ['apply', planOf(sites), '--yes', '--quiet'];
  const applyMs = await timed(apply(calm), 0);
  await disturb(() => apply(troubled), applyMs, 0);
  expect(await troubled.contents()).toBe(await calm.contents());

  // An undo that is finished when the kill comes leaves nothing for the next one to undo.
  const undo = ['undo', 'd1', '--yes', '--quiet'];
  const undoMs = await timed(undo, 0);
  const ended = await runWithKills(() => undo, troubled, { kills, random, wholeMs: undoMs });
  hits += ended.hits;
  if (ended.code !== 0) expect(ended.stderr).toContain('was undone at');
  expect(await troubled.contents()).toBe(original);
  return hits;
}
