import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { spawnKvtwin } from './built-kvtwin.js';
import { type Contents, type DriftedSites, digestOf, driftedSites } from './drifted-sites.js';

/** How commands are killed. */
export interface KillOptions {
  readonly kills: number;
  readonly random: () => number;
  /** How long the command takes when nothing disturbs it. */
  readonly wholeMs: number;
  /** Looks at what a killed command has left. */
  readonly afterKill?: () => Promise<void>;
}

/** Runs commands, each killed (-9) after a random time, as often as `kills` says, then one to its end. */
export async function runWithKills(
  next: () => readonly string[],
  { folder, env }: Pick<DriftedSites, 'folder' | 'env'>,
  { kills, random, wholeMs, afterKill }: KillOptions,
): Promise<{ readonly code: number | null; readonly stderr: string; readonly hits: number }> {
  const start = () => spawnKvtwin(next(), join(folder.path, 'config'), env);
  let hits = 0;
  for (let kill = 0; kill < kills; kill++) {
    const running = start();
    const timer = setTimeout(() => running.child.kill('SIGKILL'), random() * wholeMs);
    if ((await running.ended).code === null) hits++;
    clearTimeout(timer);
    await afterKill?.();
  }
  return { ...(await start().ended), hits };
}

/** The last job of a kind (`d`, `a`, `m`) that was begun so far that it can be resumed. */
export function lastJob({ env }: Pick<DriftedSites, 'env'>, letter: string): string | undefined {
  const folder = join(env.KVTWIN_STATE!, 'jobs');
  const begun = existsSync(folder)
    ? readdirSync(folder).filter((id) => id.startsWith(letter) && existsSync(join(folder, id, 'job.json')))
    : [];
  return begun.sort((one, other) => Number(other.slice(1)) - Number(one.slice(1)))[0];
}

/**
 * A diff, an apply and an undo, each killed several times at random moments: the report, the sides after the apply and
 * the sides after the undo are those of runs that nothing disturbed, and after each kill every key holds what it held or
 * what the plan says, and nothing else. Answers how many kills hit.
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
  const original = await troubled.contents();
  const run = (sites: DriftedSites, args: readonly string[]) =>
    spawnKvtwin(args, join(sites.folder.path, 'config'), sites.env).ended;
  const timed = async (args: readonly string[], code: number): Promise<number> => {
    const beganMs = performance.now();
    const ended = await run(calm, args);
    expect(ended.code, ended.stderr).toBe(code);
    return performance.now() - beganMs;
  };
  let hits = 0;
  const disturb = async (
    next: () => readonly string[],
    options: Pick<KillOptions, 'wholeMs' | 'afterKill'>,
    code: number,
  ): Promise<void> => {
    const ended = await runWithKills(next, troubled, { kills, random, ...options });
    expect(ended.code, ended.stderr).toBe(code);
    hits += ended.hits;
  };

  const diff = ['diff', '--quiet'];
  const diffMs = await timed(diff, 2);
  await run(troubled, diff);
  const resume = (): readonly string[] => {
    const id = lastJob(troubled, 'd');
    return id === undefined || id === 'd1' ? diff : ['job', 'resume', id, '--quiet'];
  };
  await disturb(resume, { wholeMs: diffMs }, 2);
  const report = (id: string): Promise<string> =>
    readFile(join(troubled.env.KVTWIN_STATE!, 'jobs', id, 'report.ndjson'), 'utf8');
  expect(await report(lastJob(troubled, 'd')!)).toBe(await report('d1'));

  const planOf = (sites: DriftedSites): string => join(sites.folder.path, 'plan.ndjson');
  for (const sites of [calm, troubled]) {
    const rules = ['--rule', 'only-*=copy', '--rule', '*=first'];
    const made = await run(sites, ['plan', 'd1', '--output', planOf(sites), ...rules]);
    expect(made.code, made.stderr).toBe(0);
  }
  const apply = (sites: DriftedSites): readonly string[] => ['apply', planOf(sites), '--yes', '--quiet'];
  const applyMs = await timed(apply(calm), 0);
  const planned = await calm.contents();
  const nothingElse = async (): Promise<void> => expectOneOf(await troubled.contents(), [original, planned]);
  await disturb(() => apply(troubled), { wholeMs: applyMs, afterKill: nothingElse }, 0);
  expect(digestOf(await troubled.contents())).toBe(digestOf(planned));

  // An undo that is finished when the kill comes leaves nothing for the next one to undo.
  const undo = ['undo', 'd1', '--yes', '--quiet'];
  const undoMs = await timed(undo, 0);
  const options = { kills, random, wholeMs: undoMs, afterKill: nothingElse };
  const ended = await runWithKills(() => undo, troubled, options);
  hits += ended.hits;
  if (ended.code !== 0) expect(ended.stderr).toContain('was undone at');
  const restored = await troubled.contents();
  expect(digestOf(restored)).toBe(digestOf(original));
  expectSameExpiry(restored, original);
  return hits;
}

/** Fails where a key holds what none of these contents has there: a write outside the plan. */
function expectOneOf(now: Contents, allowed: readonly Contents[]): void {
  const strange = [...now].filter(([where, { value }]) =>
    allowed.every((each) => each.get(where)?.value !== value),
  );
  expect(strange).toEqual([]);
  const everywhere = [...allowed[0]!.keys()].filter((where) => allowed.every((each) => each.has(where)));
  expect(everywhere.filter((where) => !now.has(where))).toEqual([]);
}

function expectSameExpiry(now: Contents, before: Contents): void {
  const off = [...before].filter(([where, { expiresAtMs }]) => {
    const restored = now.get(where)?.expiresAtMs ?? Number.NaN;
    return restored !== expiresAtMs && !(Math.abs(restored - expiresAtMs) <= 1000);
  });
  expect(off).toEqual([]);
}
