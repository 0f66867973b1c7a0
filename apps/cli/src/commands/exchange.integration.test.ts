import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MigrationServers, seedPair } from '../../test/migration-servers.js';
import { ExitCode } from '../command-line/exit-code.js';

// Servers, clients and commands in one process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let servers: MigrationServers;
beforeEach(async () => {
  servers = await MigrationServers.start();
});
afterEach(() => servers.close());

const kv = { type: 'kv' } as const;
const sessions = { type: 'hash', table: 'sessions' } as const;
const file = (name: string): string => join(servers.folder.path, name);

it('tells how much of a file it has imported', async () => {
  const cache = `${await servers.hotRod('users')}/users`;
  const lines = Array.from({ length: 400 }, (_, at) =>
    JSON.stringify({ type: 'kv', key: `key:${at}`, value: 'x'.repeat(2000) }),
  );
  await writeFile(file('many.ndjson'), `${lines.join('\n')}\n`);
  const args = [cache, '--concurrency', '1', '--progress', 'json'];
  const { code, stderr } = await servers.run(['import', file('many.ndjson'), ...args]);
  expect(code, stderr).toBe(ExitCode.ok);
  const [first] = stderr.trim().split('\n');
  const { progress, share } = JSON.parse(first!);
  expect(progress).toBe('importing');
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
  // Nobody knows how long stdin is.
  const piped = await servers.run(['import', '-', ...args], { stdin: `${lines[0]}\n` });
  expect(piped.stderr).not.toContain('"share"');
});

it('ends at Ctrl-C while it waits for stdin, and says how to go on', async () => {
  const cache = `${await servers.hotRod('users')}/users`;
  const stop = new AbortController();
  async function* typing(): AsyncGenerator<Uint8Array> {
    const line = JSON.stringify({ type: 'kv', key: 'key', value: 'v' });
    yield Buffer.from(`${line}\n${line}\n`);
    stop.abort();
    await new Promise(() => undefined);
  }
  const args = ['import', '-', cache, '--concurrency', '1'];
  const { code, stderr } = await servers.run(args, { stdin: typing(), signal: stop.signal });
  expect([code, stderr]).toEqual([ExitCode.interrupted, expect.stringContaining('--from-line')]);
});

describe.each(['ndjson', 'csv'])('kvtwin export and import, %s,', (format) => {
  it('bring every type from a HustDB node to Infinispan and back, byte for byte', async () => {
    const node = await servers.hustDb();
    const other = await servers.hustDb();
    const cache = `${await servers.hotRod('users')}/users`;
    await seedPair(servers, [node], 12);
    const binary = await (await servers.family(node)).open(sessions);
    const bytes = Uint8Array.of(0xff, 0, 0x0d, 0x0a, 0x22);
    await binary.put(bytes, bytes);

    const one = file(`one.${format}`);
    const exported = await servers.run(['export', node, '--output', one]);
    expect(exported.code, exported.stderr).toBe(ExitCode.ok);
    expect(exported.stderr).toContain('49 keys exported');
    const imported = await servers.run(['import', one, cache, '--json']);
    expect(imported.code, imported.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(imported.stdout)).toMatchObject({ written: 49, skipped: 0, bad: 0 });
    expect((await (await (await servers.family(cache)).open(sessions)).get(bytes))?.value).toEqual(bytes);

    const two = file(`two.${format}`);
    await servers.run(['export', cache, '--output', two]);
    const back = await servers.run(['import', two, other, '--json']);
    expect(back.code, back.stderr).toBe(ExitCode.ok);
    for (const selector of [kv, sessions, { type: 'zset', table: 'board' } as const]) {
      expect(await servers.contents(other, selector)).toEqual(await servers.contents(node, selector));
    }
    const again = await servers.run(['import', two, other, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ written: 0, unchanged: 49 });
    expect((await readdir(servers.folder.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('kvtwin export', () => {
  it('writes versions, lifespans and types, of the keys that are wanted, to stdout', async () => {
    const cache = `${await servers.hotRod('users')}/users`;
    await servers.put(cache, kv, 'otp:1', '1', 3_600_000);
    await servers.put(cache, kv, 'user:1', 'ada');
    await servers.put(cache, sessions, 'otp:2', '2');
    const run = await servers.run(['export', cache, '--type', 'kv', '--prefix', 'otp:', '--quiet']);
    expect(run.stderr).toBe('');
    const rows = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      {
        type: 'kv',
        key: 'otp:1',
        keyEncoding: 'utf8',
        value: '1',
        versionScheme: 'hotrod',
        lifespanMs: 3_600_000,
      },
    ]);
    expect(Date.parse(rows[0].expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
    const table = await servers.run(['export', cache, '--table', 'sessions', '--format', 'csv']);
    expect(table.stdout.split('\n')[0]).toMatch(/^type,table,key,/);
    expect(table.stdout).toContain('hash,sessions,otp:2,utf8,2,utf8,');
  });

  it('refuses a pair', async () => {
    const run = await servers.run(['export', 'hustdb://127.0.0.1:1,hustdb://127.0.0.1:2']);
    expect(run.code).toBe(ExitCode.usage);
    expect(run.stderr).toContain('an export is of one store');
  });
});

describe('kvtwin import', () => {
  const row = (key: string, value: string, more: object = {}): string =>
    `${JSON.stringify({ type: 'kv', key, value, ...more })}\n`;

  it('skips what the store has another value for, unless told otherwise', async () => {
    const cache = `${await servers.hotRod('users')}/users`;
    await servers.put(cache, kv, 'a', 'theirs');
    const stdin = row('a', 'ours') + row('b', '1');
    const dry = await servers.run(['import', '-', cache, '--dry-run', '--json'], { stdin });
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, written: 1, skipped: 1 });
    expect(await servers.contents(cache, kv)).toEqual(['a=theirs']);
    const run = await servers.run(['import', '-', cache], { stdin });
    expect(run.code).toBe(ExitCode.partial);
    expect(run.stderr).toContain('line 1: a is skipped: the store has another value for it');
    expect(await servers.contents(cache, kv)).toEqual(['a=theirs', 'b=1']);
    const over = await servers.run(['import', '-', cache, '--overwrite'], { stdin });
    expect(over.code, over.stderr).toBe(ExitCode.ok);
    expect(await servers.contents(cache, kv)).toEqual(['a=ours', 'b=1']);
  });

  it('takes the later of two lines about one key last', async () => {
    const cache = `${await servers.hotRod('users')}/users`;
    const stdin = row('a', '1') + row('a', '2');
    const run = await servers.run(['import', '-', cache, '--overwrite'], { stdin });
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    expect(await servers.contents(cache, kv)).toEqual(['a=2']);
  });

  it('stops at a bad line, names it, and leaves out as many as it may', async () => {
    const cache = `${await servers.hotRod('users')}/users`;
    const bad = await servers.run(['import', '-', cache], { stdin: `nonsense\n${row('a', '1')}` });
    expect(bad.code).toBe(ExitCode.usage);
    expect(bad.stderr).toContain('line 1: it is no JSON');
    expect(await servers.contents(cache, kv)).toEqual([]);
    const stdin = `${row('a', '1')}nonsense\n${row('b', '2')}`;
    const half = await servers.run(['import', '-', cache], { stdin });
    expect(half.code).toBe(ExitCode.partial);
    expect(half.stderr).toContain('line 2: it is no JSON');
    expect(await servers.contents(cache, kv)).toEqual(['a=1']);
    const rest = await servers.run(['import', '-', cache, '--max-errors', '1'], { stdin });
    expect(rest.code).toBe(ExitCode.partial);
    expect(await servers.contents(cache, kv)).toEqual(['a=1', 'b=2']);
    const from = await servers.run(['import', '-', cache, '--from-line', '3', '--json'], { stdin });
    expect(JSON.parse(from.stdout)).toMatchObject({ unchanged: 1, bad: 0 });
  });

  it('gives copies what is left of their lifespans, or all of them, or none', async () => {
    const server = await servers.hotRod('carry', 'anew', 'none');
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const stdin =
      row('a', '1', { lifespanMs: 3_600_000, expiresAt }) +
      row('over', '1', { lifespanMs: 1000, expiresAt: '2020-01-01T00:00:00.000Z' });
    const lifespanIn = async (how: string): Promise<number | undefined> => {
      const cache = `${server}/${how}`;
      const run = await servers.run(['import', '-', cache, '--lifespans', how], { stdin });
      expect(run.code, run.stderr).toBe(ExitCode.ok);
      const entry = await (await (await servers.family(cache)).open(kv)).get(new TextEncoder().encode('a'));
      return entry?.expiration.kind === 'mortal' ? entry.expiration.lifespanMs : undefined;
    };
    const carried = await lifespanIn('carry');
    expect(carried).toBeGreaterThan(500_000);
    expect(carried).toBeLessThanOrEqual(600_000);
    expect(await lifespanIn('anew')).toBe(3_600_000);
    expect(await lifespanIn('none')).toBeUndefined();
    expect(await servers.contents(`${server}/carry`, kv)).toEqual(['a=1']);
  });

  it('names what HustDB does not take', async () => {
    const node = await servers.hustDb();
    await writeFile(file('rows.ndjson'), row('a?b', '1') + row('ok', '1'));
    const run = await servers.run(['import', file('rows.ndjson'), node, '--json']);
    expect(run.code).toBe(ExitCode.partial);
    expect(JSON.parse(run.stdout)).toMatchObject({ written: 1, refused: 1 });
    expect(run.stderr).toContain('line 1: a?b is skipped');
    expect(await readFile(file('rows.ndjson'), 'utf8')).toContain('a?b');
  });

  it.each([
    [
      ['import', '/nonexistent/rows.ndjson', 'hotrod://127.0.0.1:1/a'],
      'cannot read /nonexistent/rows.ndjson',
    ],
    [['import', '-', 'hustdb+ha://front'], 'a HustDB HA front has no put-if-absent'],
  ])('%j says what is wrong', async (args, message) => {
    const run = await servers.run(args);
    expect(run.code, run.stderr).toBe(ExitCode.usage);
    expect(run.stderr).toContain(message);
  });
});
