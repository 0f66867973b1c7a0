import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import type { StoreFamily, Two, VersionedStore } from '@kvtwin/versioned-value';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliResult, type RunOptions, runInProcess } from '../../test/recording-io.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: TemporaryFolder;
let servers: Two<HotRodServer>;
let families: Two<StoreFamily>;
let stores: Two<VersionedStore>;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await temporaryFolder();
  const listen = (): Promise<HotRodServer> => HotRodServer.listen({ caches: { users: {} } });
  servers = [await listen(), await listen()];
  families = [
    await openHotRodStoreFamily(`${servers[0].url}/users`),
    await openHotRodStoreFamily(`${servers[1].url}/users`),
  ];
  stores = [await families[0].open({ type: 'kv' }), await families[1].open({ type: 'kv' })];
  env = {
    KVTWIN_STATE: join(folder.path, 'state'),
    KVTWIN_FIRST: `${servers[0].url}/users`,
    KVTWIN_SECOND: `${servers[1].url}/users`,
  };
  for (let at = 0; at < 50; at++) for (const store of stores) await store.put(utf8(`same:${at}`), utf8('v'));
  await stores[0].put(utf8('user:1'), utf8('{"updated":"2026-11-21"}'));
  await stores[1].put(utf8('user:1'), utf8('{"updated":"2026-11-22"}'));
  await stores[0].put(utf8('user:2'), utf8('no json'));
  await stores[1].put(utf8('user:2'), utf8('not either'));
  await stores[0].put(utf8('cart:1'), utf8('left'), { lifespanMs: 3_600_000 });
  await stores[1].put(utf8('cart:2'), utf8('right'));
});
afterEach(async () => {
  for (const family of families) await family.close();
  for (const server of servers) await server.close();
  await folder.remove();
});

const kvtwin = (args: string[], options: RunOptions = {}): Promise<CliResult> =>
  runInProcess(args, { ...options, env: { ...env, ...options.env } });
const diffJob = (): Promise<CliResult> => kvtwin(['diff', '--settle', '60ms', '--json']);
const planFile = (): string => join(folder.path, 'plan.ndjson');
const plan = (...rules: string[]): Promise<CliResult> =>
  kvtwin(['plan', 'd1', '--output', planFile(), ...rules.flatMap((rule) => ['--rule', rule])]);

async function state(): Promise<Record<string, (string | undefined)[]>> {
  const all: Record<string, (string | undefined)[]> = {};
  for (const [at, store] of stores.entries()) {
    for await (const { entries } of store.scan()) {
      for (const { key, entry } of entries) {
        const name = new TextDecoder().decode(key);
        all[name] ??= [undefined, undefined];
        all[name][at] = new TextDecoder().decode(entry.value);
      }
    }
  }
  return all;
}

describe('kvtwin diff --job, plan, apply, undo', () => {
  it('goes from a diff to sides that agree, and back to what they were', async () => {
    const before = await state();
    const cart = await stores[0].get(utf8('cart:1'));
    const diff = await diffJob();
    expect(diff.code, diff.stderr).toBe(2);
    const summary = JSON.parse(diff.stdout);
    expect(summary).toMatchObject({ job: 'd1', keys: 54, differences: 4, classes: { agreed: 50 } });
    const report = readFileSync(summary.report, 'utf8').trim().split('\n');
    expect(report).toHaveLength(6);
    expect(JSON.parse(report[0]!)).toMatchObject({
      format: 'kvtwin.diff-report/1',
      layout: summary.layout,
    });
    expect(JSON.parse(report[5]!)).toMatchObject({
      rows: 4,
      keys: 54,
      differences: 4,
      digest: summary.digest,
    });
    expect(readFileSync(summary.report.replace('.ndjson', '.sha256'), 'utf8')).toBe(
      `${createHash('sha256').update(readFileSync(summary.report)).digest('hex')}  report.ndjson\n`,
    );

    const planned = await plan('only-*=copy', 'value-conflict=newest:$.updated');
    expect(planned.code, planned.stderr).toBe(3);
    expect(planned.stdout).toMatch(
      /2 copy +1 overwrite \S+ +1 undecided \(the first side is not JSON\) +plan /,
    );
    const applied = await kvtwin(['apply', planFile(), '--yes']);
    expect(applied.code, applied.stderr).toBe(0);
    expect(applied.stdout).toBe('  done 3 · skipped by the plan 1\n');
    expect(await state()).toMatchObject({
      'user:1': ['{"updated":"2026-11-22"}', '{"updated":"2026-11-22"}'],
      'cart:1': ['left', 'left'],
      'cart:2': ['right', 'right'],
      'user:2': ['no json', 'not either'],
    });

    const undone = await kvtwin(['undo', 'd1', '--yes']);
    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stdout).toBe('  restored 1 · removed 2\n');
    expect(await state()).toEqual(before);
    const after = await stores[0].get(utf8('cart:1'));
    expect(after?.expiration).toEqual(cart?.expiration);
    const again = await kvtwin(['undo', 'd1', '--yes']);
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining('an undo is undone by applying again'),
    ]);
  });

  it('leaves no difference behind that its rules decide', async () => {
    await diffJob();
    expect((await plan('only-*=copy', '*=second')).code).toBe(0);
    expect((await kvtwin(['apply', planFile(), '--yes', '--json'])).code).toBe(0);
    const diff = await kvtwin(['diff', '--json']);
    expect([diff.code, JSON.parse(diff.stdout).differences]).toEqual([0, 0]);
  });

  it('obeys a plan that a person edited', async () => {
    await diffJob();
    await plan('only-*=copy', '*=second');
    const text = await readFile(planFile(), 'utf8');
    const edited = text
      .split('\n')
      .filter((line) => !line.includes('cart:2'))
      .map((line) => (line.includes('cart:1') ? line.replace('"take":"first"', '"take":"removal"') : line));
    await writeFile(planFile(), edited.join('\n'));
    expect((await kvtwin(['apply', planFile(), '--yes'])).stdout).toBe('  done 3\n');
    expect(await state()).not.toHaveProperty('cart:1');
    expect(await state()).toMatchObject({ 'cart:2': [undefined, 'right'] });
    const broken = text.replace('"take":"first"', '"take":"firts"');
    await writeFile(planFile(), broken);
    const refused = await kvtwin(['apply', planFile(), '--yes']);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/line \d of the plan: take is "firts"/),
    ]);
  });

  it('skips what has changed since the plan, and says so', async () => {
    await diffJob();
    await plan('*=first');
    await stores[1].put(utf8('user:1'), utf8('newer'));
    const applied = await kvtwin(['apply', planFile(), '--yes']);
    expect(applied.code).toBe(3);
    expect(applied.stdout).toContain('skipped 1 (changed since plan)');
    expect((await state())['user:1']).toEqual(['{"updated":"2026-11-21"}', 'newer']);
  });

  it('asks for the names of the sites, and writes nothing without them', async () => {
    await diffJob();
    await plan('*=first');
    const before = await state();
    const alone = await kvtwin(['apply', planFile()], { stdin: '' });
    expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('add --yes')]);
    const mistyped = await kvtwin(['apply', planFile()]);
    expect([mistyped.code, mistyped.stderr]).toEqual([1, expect.stringContaining('not confirmed')]);
    expect(await state()).toEqual(before);
    const names = JSON.parse((await kvtwin(['job', 'show', 'd1', '--json'])).stdout).names as string[];
    const half = await kvtwin(['apply', planFile()], { typed: `${names[0]}\n` });
    expect([half.code, half.stderr]).toEqual([
      1,
      expect.stringContaining(`the names are: ${names.join(' ')}`),
    ]);
    expect(await state()).toEqual(before);
    const typed = await kvtwin(['apply', planFile()], { typed: `  ${names.join('   ')}\n` });
    expect([typed.code, typed.stdout], typed.stderr).toEqual([0, expect.stringContaining('done 3')]);
    expect(typed.stderr).toContain('apply 3 writes to 2 sites? type the site names to go on:');
    const undone = await kvtwin(['undo', 'd1'], { typed: `${names.join(' ')}\n` });
    expect([undone.code, await state()], undone.stderr).toEqual([0, before]);
  });

  it('resumes a job that was interrupted, and lists it as paused until then', async () => {
    const stopping = new AbortController();
    stopping.abort();
    const stopped = await kvtwin(['diff'], { signal: stopping.signal });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Resume: kvtwin job resume d1');
    const listed = await kvtwin(['job', 'ls', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ id: 'd1', state: 'new' });
    const early = await plan('*=first');
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('job d1 is not done')]);
    const resumed = await kvtwin(['job', 'resume', 'd1', '--json']);
    expect(resumed.code, resumed.stderr).toBe(2);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ differences: 4 });
    expect((await kvtwin(['job', 'ls'])).stdout).toMatch(/d1 +diff +done +\S+ +256\/256 +54 +4 differences /);
    expect((await kvtwin(['job', 'show', 'd1'])).stdout).toMatch(/report sha256 [0-9a-f]{64}/);
    expect((await kvtwin(['job', 'rm', 'd1'])).code).toBe(0);
    const gone = await kvtwin(['job', 'show', 'd1']);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('there is no job d1')]);
  });

  it('pauses at Ctrl-C with what it has, and goes on from there to the same report', {
    timeout: 60_000,
  }, async () => {
    const whole = JSON.parse((await diffJob()).stdout);
    const stopping = new AbortController();
    const running = kvtwin(['diff', '--settle', '60ms', '--rps', '10'], { signal: stopping.signal });
    const unitsOf = async (): Promise<number> => {
      const lines = (await kvtwin(['job', 'ls', '--json'])).stdout.trim().split('\n');
      return JSON.parse(lines[1] ?? '{}').status?.units.done ?? 0;
    };
    await vi.waitFor(async () => expect(await unitsOf()).toBeGreaterThan(10), { timeout: 15_000 });
    stopping.abort();
    const { code, stderr } = await running;
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/^job d2 is paused\. \d+ of 256 units done\. Resume: kvtwin job resume d2\n$/),
    ]);
    const done = await unitsOf();
    expect(done).toBeGreaterThan(10);
    expect(done).toBeLessThan(256);
    expect((await kvtwin(['job', 'show', 'd2'])).stdout).toContain('d2  diff of kv, paused');
    const resumed = await kvtwin(['job', 'resume', 'd2', '--json']);
    expect(resumed.code, resumed.stderr).toBe(2);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      reportSha256: whole.reportSha256,
      digest: whole.digest,
    });
    // Done is done: it tells again what it found.
    expect(JSON.parse((await kvtwin(['job', 'resume', 'd2', '--json'])).stdout).digest).toBe(whole.digest);
  });

  it('leaves no job behind where a side is not there', async () => {
    const gone = await kvtwin(['diff', '--second', 'hotrod://127.0.0.1:1/users']);
    expect(gone.code).toBe(4);
    expect((await kvtwin(['job', 'ls'])).stderr).toContain('no jobs yet');
  });

  it('removes the diffs that are done, but not one of which something was applied', async () => {
    for (let diff = 1; diff <= 3; diff++) await diffJob();
    await plan('only-*=copy', '*=second');
    await kvtwin(['apply', planFile(), '--yes']);
    expect((await kvtwin(['job', 'rm'])).stderr).toContain('which jobs?');
    const removed = await kvtwin(['job', 'rm', '--done']);
    expect([removed.code, removed.stderr]).toEqual([0, '2 jobs are removed\n']);
    const left = (await kvtwin(['job', 'ls', '--json'])).stdout.trim().split('\n');
    expect(left.map((line) => JSON.parse(line).id)).toContain('d1');
    expect(left.map((line) => JSON.parse(line).id)).not.toContain('d2');
  });

  it('keeps nothing on disk with --no-job', async () => {
    const diff = await kvtwin(['diff', '--no-job', '--settle', '60ms', '--json']);
    expect([diff.code, JSON.parse(diff.stdout).differences]).toEqual([2, 4]);
    expect((await kvtwin(['job', 'ls'])).stderr).toContain('no jobs yet');
  });

  it('writes the same report for the same data', async () => {
    const [one, other] = [JSON.parse((await diffJob()).stdout), JSON.parse((await diffJob()).stdout)];
    expect(other.job).toBe('d2');
    expect(other.reportSha256).toBe(one.reportSha256);
  });

  it('refuses a plan without a rule, and an existing plan file', async () => {
    await diffJob();
    expect((await kvtwin(['plan', 'd1'])).stderr).toContain('a plan needs a rule');
    expect((await kvtwin(['plan', 'd1', '--rule', 'x'])).stderr).toContain('write CLASS[/PREFIX]=ACTION');
    await plan('*=first');
    expect((await plan('*=first')).stderr).toContain('is there already');
  });
});
