import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { openHustDbStoreFamily } from '@kvtwin/hustdb-client';
import { HustDbNode } from '@kvtwin/hustdb-node';
import { Journal } from '@kvtwin/journal';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import {
  expiryInstantMs,
  type StoreFamily,
  type StoreSelector,
  type Two,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, type RunOptions, runInProcess } from '../../test/recording-io.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let folder: TemporaryFolder;
let env: Record<string, string>;
let closing: (() => Promise<void>)[];
let plan: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  closing = [];
  env = { KVTWIN_STATE: join(folder.path, 'state') };
  plan = join(folder.path, 'plan.ndjson');
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  await folder.remove();
});

interface Sites {
  readonly stores: Two<VersionedStore>;
  readonly servers: Two<{ close(): Promise<void> }>;
}

async function hotRodSites(): Promise<Sites> {
  const servers = await both(() => HotRodServer.listen({ caches: { users: {} } }));
  const urls = servers.map(({ url }) => `${url}/users`) as [string, string];
  return sites(servers, urls, (url) => openHotRodStoreFamily(url), { type: 'kv' });
}

async function hustDbNodes(selector: StoreSelector): Promise<Sites> {
  const servers = await both(() => HustDbNode.listen());
  const urls = servers.map(({ url }) => url.replace('http:', 'hustdb:')) as [string, string];
  return sites(servers, urls, async (url) => openHustDbStoreFamily(url), selector);
}

async function sites(
  servers: Two<{ close(): Promise<void> }>,
  urls: [string, string],
  open: (url: string) => Promise<StoreFamily>,
  selector: StoreSelector,
): Promise<Sites> {
  for (const server of servers) closing.push(() => server.close());
  const families = [await open(urls[0]), await open(urls[1])] as const;
  for (const family of families) closing.push(() => family.close());
  env = { ...env, KVTWIN_FIRST: urls[0], KVTWIN_SECOND: urls[1] };
  return { servers, stores: [await families[0].open(selector), await families[1].open(selector)] };
}

async function both<T>(make: () => Promise<T>): Promise<Two<T>> {
  return [await make(), await make()];
}

const kvtwin = (args: string[], options: RunOptions = {}): Promise<CliResult> =>
  runInProcess(args, { ...options, env: { ...env, ...options.env } });
const diff = (...more: string[]): Promise<CliResult> =>
  kvtwin(['diff', '--settle', '60ms', '--json', ...more]);
const makePlan = (...rules: string[]): Promise<CliResult> =>
  kvtwin(['plan', 'd1', '--output', plan, '--force', ...rules.flatMap((rule) => ['--rule', rule])]);
const apply = (...more: string[]): Promise<CliResult> => kvtwin(['apply', plan, '--yes', ...more]);
const differences = ({ stdout }: CliResult): number => JSON.parse(stdout).differences;

/** Every key's two values, with the instants of their expiry. */
async function state({ stores }: Sites): Promise<Record<string, (string | undefined)[]>> {
  const all: Record<string, (string | undefined)[]> = {};
  for (const [at, store] of stores.entries()) {
    for await (const { entries } of store.scan()) {
      for (const { key, entry } of entries) {
        const name = Buffer.from(key).toString('latin1');
        all[name] ??= [undefined, undefined];
        all[name][at] = Buffer.from(entry.value).toString('latin1');
      }
    }
  }
  return all;
}

/** On a busy machine. */
const patient = { timeout: 120_000 };

describe('a plan, an apply and an undo of Hot Rod sites', patient, () => {
  async function drifted(): Promise<Sites> {
    const made = await hotRodSites();
    const [first, second] = made.stores;
    await first.put(utf8('same'), utf8('v'));
    await second.put(utf8('same'), utf8('v'));
    await first.put(utf8('conflict'), utf8('{"n":1}'));
    await second.put(utf8('conflict'), utf8('{"n":2}'), { lifespanMs: 3_600_000 });
    await first.put(utf8('left'), utf8('x'), { lifespanMs: 1_800_000 });
    await second.put(new Uint8Array([0xff, 0]), new Uint8Array([1, 2, 3]));
    await first.put(utf8('skew'), utf8('v'), { lifespanMs: 600_000 });
    await second.put(utf8('skew'), utf8('v'), { lifespanMs: 7_200_000 });
    return made;
  }
  const rules = ['only-*=copy', 'expiry-skew=longest', 'value-conflict=A'];
  /** So many rows that an apply of one a second is not over before anybody notices that it began. */
  async function manyDrifted(): Promise<Sites> {
    const made = await drifted();
    for (let at = 0; at < 8; at++) await made.stores[0].put(utf8(`left ${at}`), utf8('x'));
    return made;
  }

  it('carry expirations along, and bring them back within a second', async () => {
    const made = await drifted();
    const [first, second] = made.stores;
    const endsMs = async (store: VersionedStore, key: string): Promise<number> =>
      expiryInstantMs((await store.get(utf8(key)))!)!;
    const before = [
      await endsMs(second, 'conflict'),
      await endsMs(first, 'skew'),
      await endsMs(first, 'left'),
    ];
    const original = await state(made);
    expect(differences(await diff())).toBe(3);
    const planned = await makePlan(...rules);
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toMatch(/^ {2}2 copy {4}1 overwrite \S+ {4}1 set expiry {5}plan /);
    const applied = await apply();
    expect([applied.code, applied.stdout], applied.stderr).toEqual([0, '  done 4\n']);
    expect(Math.abs((await endsMs(second, 'left')) - before[2]!)).toBeLessThan(10_000);
    expect(Math.abs((await endsMs(first, 'skew')) - (await endsMs(second, 'skew')))).toBeLessThan(10_000);
    expect(await endsMs(second, 'conflict')).toBe(Number.POSITIVE_INFINITY);
    const after = await diff();
    expect([after.code, JSON.parse(after.stdout).classes]).toEqual([
      0,
      expect.objectContaining({ agreed: 5, 'expiry-skew': 0 }),
    ]);
    const undone = await kvtwin(['undo', 'd1', '--yes', '--json']);
    expect(undone.code, undone.stderr).toBe(0);
    expect(JSON.parse(undone.stdout)).toMatchObject({ job: 'a2', step: 'undo', restored: 2, removed: 2 });
    expect(await state(made)).toEqual(original);
    expect(Math.abs((await endsMs(second, 'conflict')) - before[0]!)).toBeLessThanOrEqual(1000);
    expect(Math.abs((await endsMs(first, 'skew')) - before[1]!)).toBeLessThanOrEqual(1000);
  });

  it('give the same plan of the same data, and say what a dry run would do', async () => {
    const made = await drifted();
    await diff();
    await makePlan(...rules);
    const bytes = await readFile(plan);
    await makePlan(...rules);
    expect(await readFile(plan)).toEqual(bytes);
    await made.stores[1].put(utf8('left'), utf8('newer'));
    const before = await state(made);
    const told = await apply('--dry-run');
    expect([told.code, told.stdout]).toEqual([3, '  would write 3 · 1 changed since plan\n']);
    expect(await state(made)).toEqual(before);
    expect((await kvtwin(['job', 'ls'])).stdout).not.toContain('apply');
    const applied = await apply();
    expect([applied.code, applied.stdout]).toEqual([3, '  done 3 · skipped 1 (changed since plan)\n']);
    const left = /which ones: (.*)/.exec(applied.stderr)?.[1] ?? '';
    expect(JSON.parse(await readFile(left, 'utf8'))).toEqual({
      key: 'left',
      class: 'only-first',
      take: 'first',
      outcome: 'changed-since',
    });
    expect((await apply()).stdout).toBe('  done 3 · skipped 1 (changed since plan)\n');
    expect((await kvtwin(['job', 'ls'])).stdout).toMatch(/a2 +apply +done +\S+ +4\/4 +4 +done 3 · skipped 1/);
  });

  it('are refused where the plan was damaged, or is another one', async () => {
    await drifted();
    await diff();
    await makePlan(...rules);
    const text = await readFile(plan, 'utf8');
    const lines = text.split('\n');
    const refused = async (content: string): Promise<string> => {
      await writeFile(plan, content);
      const { code, stderr } = await apply();
      expect(code, stderr).toBe(1);
      return stderr;
    };
    expect(await refused('')).toContain('the file is empty');
    expect(await refused(lines.slice(0, 4).join('\n'))).toContain(
      'line 5 of the plan: the plan ends without its last line',
    );
    expect(await refused(text.slice(0, 400))).toMatch(/line \d of the plan: it is not JSON/);
    expect(await refused(text.replace('"job":"d1"', '"job":"d9"'))).toContain('there is no job d9');
    expect(await refused(text.replace('hotrod://', 'hotrod://other.'))).toContain(
      'the plan is for other stores than job d1: urls',
    );
    expect(await refused(text.replace('{"type":"kv"}', '{"type":"set","table":"t"}'))).toContain(
      'store {"type":"set"',
    );
    const wrong = text.replaceAll('"take":"first"', '"take":"frist"').replace('"take":"second"', '"take":7');
    expect(await refused(wrong)).toMatch(
      /line 2 of the plan: take[\s\S]*line 3 of the plan: take[\s\S]*line 4 of the plan: take/,
    );
    const missing = await kvtwin(['apply', join(folder.path, 'none.ndjson'), '--yes']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('cannot read')]);
    const notFile = await kvtwin(['apply', folder.path, '--yes']);
    expect([notFile.code, notFile.stderr]).toEqual([1, expect.stringContaining('cannot read')]);
    await mkdir(join(folder.path, 'folder'));
    const noFile = await kvtwin([
      'plan',
      'd1',
      '--rule',
      '*=A',
      '--output',
      join(folder.path, 'folder'),
      '--force',
    ]);
    expect([noFile.code, noFile.stderr]).toEqual([1, expect.stringContaining('cannot write')]);
    await writeFile(plan, text);
    expect((await apply()).code).toBe(0);
  });

  it('pause on Ctrl-C, go on as a job, and tell of a side that is gone', async () => {
    const made = await manyDrifted();
    await diff();
    await makePlan(...rules);
    const before = JSON.stringify(await state(made));
    const stopping = new AbortController();
    const stopped = kvtwin(['apply', plan, '--yes', '--rps', '1'], { signal: stopping.signal });
    while (JSON.stringify(await state(made)) === before)
      await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    const { code, stderr } = await stopped;
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/job a2 is paused.*Go on: kvtwin job resume a2/),
    ]);
    expect((await kvtwin(['job', 'ls'])).stdout).toMatch(/a2 +apply +paused/);
    const resumed = await kvtwin(['job', 'resume', 'a2']);
    expect([resumed.code, resumed.stdout], resumed.stderr).toEqual([0, '  done 12\n']);
    expect(differences(await diff())).toBe(0);
    const shown = (await kvtwin(['job', 'show', 'a2'])).stdout;
    expect(shown).toMatch(/done 12\n {2}kvtwin undo a2 takes it back/);

    await made.servers[1].close();
    const gone = await kvtwin(['undo', 'd1', '--yes']);
    expect([gone.code, gone.stdout, gone.stderr]).toEqual([
      4,
      '',
      expect.stringContaining('STORE_UNREACHABLE'),
    ]);
    const goneToo = await apply('--dry-run');
    expect([goneToo.code, goneToo.stdout]).toEqual([4, '']);
  });

  it('say what can be tried again where a side goes away before the last rows', async () => {
    const made = await manyDrifted();
    await diff();
    await makePlan(...rules);
    const before = JSON.stringify(await state(made));
    const applying = kvtwin(['apply', plan, '--yes', '--rps', '1']);
    while (JSON.stringify(await state(made)) === before)
      await new Promise((resolve) => setImmediate(resolve));
    await made.servers[1].close();
    const { code, stdout, stderr } = await applying;
    expect([code, stdout], stderr).toEqual([
      3,
      expect.stringMatching(/done \d+ · \d+ (could not be read|not answered)/),
    ]);
    expect(stderr).toMatch(/\d+ can be tried again: kvtwin job resume a2/);
    expect((await kvtwin(['job', 'ls'])).stdout).toMatch(/a2 +apply +paused/);
  });

  it('let one process at a time at an apply, and none while it is undone', async () => {
    await drifted();
    await diff();
    await makePlan(...rules);
    await apply();
    const state = join(env.KVTWIN_STATE!, 'jobs', 'a2');
    const holder = await Journal.open(join(state, 'apply'));
    const second = await kvtwin(['undo', 'a2', '--yes']);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining('job a2 runs in another process'),
    ]);
    await holder.close();
    await mkdir(join(state, 'undo'));
    const undoing = await apply();
    expect([undoing.code, undoing.stderr]).toEqual([
      1,
      expect.stringContaining('apply a2 of this plan is being undone'),
    ]);
    const resumed = await kvtwin(['job', 'resume', 'a2', '--json']);
    expect([resumed.code, JSON.parse(resumed.stdout)], resumed.stderr).toEqual([
      0,
      expect.objectContaining({ step: 'undo', restored: 2, removed: 2 }),
    ]);
    const redone = await apply('--json');
    expect([redone.code, JSON.parse(redone.stdout)]).toEqual([
      0,
      expect.objectContaining({ job: 'a3', repaired: 4 }),
    ]);
  });
});

describe('a plan, an apply and an undo of HustDB nodes', patient, () => {
  it.each<[StoreSelector['type'], (at: number) => string]>([
    ['kv', (at) => `value ${at}`],
    ['hash', (at) => `value ${at}`],
    ['set', () => ''],
    ['zset', (at) => String(at)],
  ])('leave no difference of a %s, and bring the values back', async (type, value) => {
    const selector: StoreSelector = type === 'kv' ? { type } : { type, table: 't' };
    const made = await hustDbNodes(selector);
    const [first, second] = made.stores;
    for (const store of made.stores) await store.put(utf8('same'), utf8(value(1)));
    await first.put(utf8('left'), utf8(value(2)));
    await second.put(utf8('right'), utf8(value(3)));
    if (type !== 'set') {
      await first.put(utf8('conflict'), utf8(value(4)));
      await second.put(utf8('conflict'), utf8(value(5)));
      await second.put(utf8('conflict'), utf8(value(6)));
      await first.put(utf8('conflict 2'), utf8(value(7)));
      for (const at of [8, 9, 10]) await first.put(utf8('conflict 2'), utf8(value(at)));
      await second.put(utf8('conflict 2'), utf8(value(11)));
    }
    if (type !== 'zset') {
      for (const store of [first, second, second, second]) await store.put(utf8('version'), utf8(value(4)));
    }
    const flags = type === 'kv' ? [] : ['--type', type, '--table', 't'];
    const original = await state(made);
    expect((await diff(...flags)).code).toBe(2);
    const planned = await makePlan('only-*=copy', '*/conflict 2=A', '*=B');
    expect(planned.code, planned.stderr).toBe(0);
    const applied = await apply();
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    expect(applied.stderr).toContain('weak guard');
    const after = await diff(...flags);
    expect([after.code, differences(after)], after.stdout).toEqual([0, 0]);
    const undone = await kvtwin(['undo', 'd1', '--yes']);
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect(undone.stdout).toContain(type === 'set' ? 'removed 2' : 'restored without expiration 2');
    expect(await state(made)).toEqual(original);
  });
});
