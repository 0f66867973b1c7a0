import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTableFile } from '@kvtwin/hustdb-protocol';
import { startProxy } from '@kvtwin/proxy';
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
const tags = { type: 'set', table: 'tags' } as const;
const board = { type: 'zset', table: 'board' } as const;

const fileOf = (text: string, name: string): string => join(servers.folder.path, `${name}-${text.length}`);
const mappingFile = async (...rules: unknown[]): Promise<string> => {
  const text = JSON.stringify({ format: 'kvtwin.mapping/1', rules });
  const file = fileOf(text, 'mapping');
  await writeFile(file, text);
  return file;
};

describe('kvtwin migrate from a HustDB pair', () => {
  it('copies every type, holds what the masters do not agree on, and ends with a certificate', async () => {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    const target = `${await servers.hotRod('users')}/users`;
    await seedPair(servers, pair, 30);
    await servers.put(pair[1], kv, 'key:3', 'other');
    await servers.put(pair[0], sessions, 'only here', '1');
    await servers.put(target, kv, 'key:5', 'theirs');

    const run = await servers.run(['migrate', pair.join(), target, '--verify', '--json', '--settle', '50ms']);
    expect(run.code, run.stderr).toBe(ExitCode.partial);
    const summary = JSON.parse(run.stdout);
    expect(summary).toMatchObject({
      job: 'm1',
      settled: true,
      counts: {
        source: 121,
        copied: 118,
        held: 2,
        skipped: 1,
        reasons: { exists: 1 },
        unknownExpiration: 118,
      },
      certificate: { addsUp: true, counts: { source: 121, copied: 118, held: 2, skipped: 1, missing: 0 } },
    });
    expect(summary.certificate.digests.source).toBe(summary.certificate.digests.target);
    expect(await servers.contents(target, sessions)).toHaveLength(30);
    expect(await servers.contents(target, tags)).toHaveLength(30);
    expect(await servers.get(target, board, 'player:2')).toBe('-6');
    expect(await servers.get(target, kv, 'key:3')).toBeUndefined();
    expect(await servers.get(target, kv, 'key:5')).toBe('theirs');

    const lines = async (name: string): Promise<Record<string, unknown>[]> =>
      (await readFile(join(summary.folder, name), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const held = await lines('held.ndjson');
    expect(held.map(({ reason, type }) => `${type} ${reason}`).sort()).toEqual([
      'hash one-sided',
      'kv diverged',
    ]);
    expect(held.find(({ type }) => type === 'kv')).toMatchObject({
      first: { bytes: 7 },
      second: { bytes: 5 },
    });
    expect(await lines('skipped.ndjson')).toMatchObject([
      { key: 'key:5', reason: 'exists', target: { bytes: 6 } },
    ]);
    expect(run.stderr).toContain('next: make the masters agree, then kvtwin migrate --retry-held m1');

    await servers.put(pair[0], kv, 'key:3', 'other');
    await servers.put(pair[1], sessions, 'only here', '1');
    const again = await servers.run(['migrate', '--retry-held', 'm1', '--json']);
    expect(again.code, again.stderr).toBe(ExitCode.partial);
    expect(JSON.parse(again.stdout)).toMatchObject({ counts: { copied: 120, held: 0, skipped: 1 } });
    expect(await servers.get(target, kv, 'key:3')).toBe('other');
    expect(await servers.get(target, sessions, 'only here')).toBe('1');

    const shown = await servers.run(['job', 'show', 'm1']);
    expect(shown.stdout).toContain('copied 120');
    const ls = await servers.run(['job', 'ls']);
    expect(ls.stdout).toContain(
      `${pair.join().replaceAll('hustdb://', '')} ${target.replace('hotrod://', '')}`,
    );
  });

  it('tells a person what it does, and the same again when there is nothing to do', async () => {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    const target = `${await servers.hotRod('users')}/users`;
    await seedPair(servers, pair, 3);
    const run = await servers.run(['migrate', pair.join(), target, '--verify', '--settle', '50ms']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    expect(run.stderr).toContain('est. 12 keys: kv 3');
    expect(run.stdout).toMatch(/hash sessions +3 +3 +0 +0 +3/);
    expect(run.stdout).toContain('12 keys of unknown ttl stay for ever');
    expect(run.stdout).toContain('verified   12 source = 12 copied + 0 held + 0 skipped');
    const again = await servers.run(['migrate', pair.join(), target, '--settle', '50ms', '--json']);
    expect(again.code, again.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(again.stdout).counts).toMatchObject({ copied: 12, skipped: 0 });
  });

  it('writes nothing in a dry run, and leaves no job', async () => {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    const target = `${await servers.hotRod('users')}/users`;
    await seedPair(servers, pair, 3);
    const run = await servers.run(['migrate', pair.join(), target, '--dry-run', '--settle', '50ms']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    expect(run.stdout).toContain('dry run: nothing was written');
    expect(await servers.contents(target, kv)).toEqual([]);
    expect((await servers.run(['job', 'ls', '--json'])).stdout).toBe('');
  });

  it('does as a mapping says', async () => {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    const server = await servers.hotRod('users', 'sessions');
    await seedPair(servers, pair, 4);
    const mapping = await mappingFile(
      { type: 'hash', table: 'sessions', layout: 'raw', cache: 'sessions', lifespan: '30m' },
      { type: 'zset', table: 'b*', rename: 'score-b*' },
      { type: 'set', skip: true },
      { type: 'zset', table: 'leaders' },
    );
    const args = ['migrate', pair.join(), `${server}/users`, '--mapping', mapping, '--verify', '--json'];
    const run = await servers.run([...args, '--settle', '50ms']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(run.stdout)).toMatchObject({
      counts: { source: 16, copied: 12, skipped: 4, unknownExpiration: 12, unlimited: 8 },
      certificate: { addsUp: true, counts: { copied: 12, skipped: 4 } },
    });
    expect(run.stderr).toContain('preflight  target cache sessions, stores application/octet-stream\n');
    expect(run.stderr).toContain(
      'preflight  $.rules[3] (zset leaders) of the mapping fits nothing that the source has\n',
    );
    expect(await servers.contents(`${server}/sessions`, kv)).toContain('field:1=value 1');
    expect(await servers.contents(`${server}/users`, { type: 'zset', table: 'score-board' })).toHaveLength(4);
    const store = await (await servers.family(`${server}/sessions`)).open(kv);
    const entry = await store.get(new TextEncoder().encode('field:1'));
    expect(entry?.expiration).toEqual({ kind: 'mortal', lifespanMs: 1_800_000 });
  });

  it('keeps the count of versions where the target counts too', async () => {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    const target = `${await servers.hotRod('users')}/users?envelope=1`;
    for (const url of pair) for (const value of ['a', 'b', 'c']) await servers.put(url, kv, 'k', value);
    const run = await servers.run(['migrate', pair.join(), target, '--verify', '--settle', '50ms']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    const entry = await (await (await servers.family(target)).open(kv)).get(new TextEncoder().encode('k'));
    expect(entry?.version).toEqual({ scheme: 'counter', token: '3' });
  });
});

describe('kvtwin migrate from a cluster of many pairs', () => {
  it('takes each key from its two masters, and counts what lies elsewhere', async () => {
    const nodes = [await servers.hustDb(), await servers.hustDb(), await servers.hustDb()] as const;
    const target = `${await servers.hotRod('users')}/users`;
    const hosts = nodes.map((url) => url.replace('hustdb://', ''));
    const table = join(servers.folder.path, 'hustdbtable.json');
    await writeFile(table, makeTableFile(hosts));
    const filled = await servers.hotRod('seed');
    for (let at = 0; at < 30; at++) await servers.put(`${filled}/seed`, kv, `key:${at}`, `value ${at}`);
    for (let at = 0; at < 20; at++) await servers.put(`${filled}/seed`, tags, `member:${at}`, '');
    for (let at = 0; at < 5; at++) await servers.put(`${filled}/seed`, board, `player:${at}`, `${at}`);
    const there = await servers.run(['migrate', `${filled}/seed`, table, '--verify', '--settle', '50ms']);
    expect(there.code, there.stderr).toBe(ExitCode.ok);
    for (const url of nodes) await servers.put(url, kv, 'everywhere', '1');

    const run = await servers.run(['migrate', table, target, '--verify', '--settle', '50ms', '--json']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    const summary = JSON.parse(run.stdout);
    expect(summary).toMatchObject({
      counts: { source: 56, copied: 56 },
      strays: 1,
      certificate: { addsUp: true },
    });
    expect(await servers.contents(target, kv)).toHaveLength(56 - 25 + 27);
    expect(await servers.contents(target, board)).toHaveLength(5);
  });

  it('refuses a table of a cluster that is being changed', async () => {
    const table = join(servers.folder.path, 'hustdbtable.json');
    const row = {
      item: { key: [0, 1024], val: ['a:1', 'b:1'] },
      decrease: { remove: 'a:1', replace_by: 'c:1' },
    };
    await writeFile(table, JSON.stringify({ table: [row] }));
    const run = await servers.run(['migrate', table, `${await servers.hotRod('users')}/users`]);
    expect(run.code).toBe(ExitCode.usage);
    expect(run.stderr).toContain('the cluster is being changed');
  });
});

describe('kvtwin migrate from behind a front', () => {
  it('reads both masters through it, and holds what they do not agree on', async () => {
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    const target = `${await servers.hotRod('users')}/users`;
    await seedPair(servers, pair, 6);
    await servers.put(pair[1], kv, 'key:3', 'other');
    await servers.put(pair[1], sessions, 'only there', '1');
    const front = await startProxy({ first: pair[0], second: pair[1], port: 0, journal: false });
    try {
      const url = front.url.replace(/^http:/, 'hustdb+ha:');
      const run = await servers.run(['migrate', url, target, '--verify', '--settle', '50ms', '--json']);
      expect(run.code, run.stderr).toBe(ExitCode.partial);
      expect(JSON.parse(run.stdout)).toMatchObject({
        counts: { source: 25, copied: 23, held: 2 },
        certificate: { addsUp: true, counts: { copied: 23, held: 2 } },
      });
      expect(await servers.contents(target, board)).toHaveLength(6);
    } finally {
      await front.close();
    }
  });
});

describe('kvtwin migrate between Infinispan clusters, and back', () => {
  it('carries over kv, tables and lifespans', async () => {
    const source = `${await servers.hotRod('users')}/users`;
    const target = `${await servers.hotRod('users')}/users`;
    await servers.put(source, kv, 'otp', '1', 3_600_000);
    await servers.put(source, kv, 'stays', '1');
    await servers.put(source, sessions, 'f', 'v', 7_200_000);
    const run = await servers.run(['migrate', source, target, '--verify', '--settle', '50ms', '--json']);
    expect(run.code, run.stderr).toBe(ExitCode.ok);
    expect(JSON.parse(run.stdout)).toMatchObject({
      counts: { source: 3, copied: 3, unknownExpiration: 0 },
      places: [
        { type: 'hash', table: 'sessions' },
        { type: 'kv', copied: 2 },
      ],
    });
    const ends = async (url: string, selector: typeof kv | typeof sessions, key: string): Promise<number> => {
      const entry = await (await (await servers.family(url)).open(selector)).get(
        new TextEncoder().encode(key),
      );
      if (entry?.expiration.kind !== 'mortal') return Number.POSITIVE_INFINITY;
      return entry.createdAtMs! + entry.expiration.lifespanMs!;
    };
    for (const [selector, key] of [
      [kv, 'otp'],
      [sessions, 'f'],
    ] as const) {
      expect(
        Math.abs((await ends(source, selector, key)) - (await ends(target, selector, key))),
      ).toBeLessThan(3000);
    }
    expect(await ends(target, kv, 'stays')).toBe(Number.POSITIVE_INFINITY);
  });

  it('fills a HustDB pair, both nodes alike', async () => {
    const source = `${await servers.hotRod('users')}/users`;
    const pair = [await servers.hustDb(), await servers.hustDb()] as const;
    await servers.put(source, kv, 'a', '1');
    await servers.put(source, kv, 'bad?key', '1');
    await servers.put(source, kv, 'empty', '');
    await servers.put(source, board, 'p', '-3');
    await servers.put(source, tags, 'm', '');
    const run = await servers.run(['migrate', source, pair.join(), '--verify', '--settle', '50ms', '--json']);
    expect(run.code, run.stderr).toBe(ExitCode.partial);
    expect(JSON.parse(run.stdout)).toMatchObject({
      counts: { source: 5, copied: 3, skipped: 2, reasons: { refused: 2 } },
      certificate: { addsUp: true },
    });
    for (const url of pair) {
      expect(await servers.contents(url, kv)).toEqual(['a=1']);
      expect(await servers.contents(url, board)).toEqual(['p=-3']);
      expect(await servers.contents(url, tags)).toEqual(['m=']);
    }
  });
});

describe('kvtwin migrate, told nonsense,', () => {
  it.each([
    [['migrate'], 'from where to where?'],
    [['migrate', 'hotrod://127.0.0.1:1/a'], 'where to?'],
    [['migrate', 'hotrod://127.0.0.1:1/a', 'hotrod://127.0.0.1:1/a'], 'source and target are the same'],
    [['migrate', 'ftp://x', 'hotrod://127.0.0.1:1/a'], 'nobody knows how to read ftp://x'],
    [['migrate', 'hustdb://a,hustdb://b,hustdb://c', 'hotrod://h/a'], '3 copies are named'],
    [['migrate', 'nothing-there', 'hotrod://h/a'], 'there is no profile nothing-there'],
    [['migrate', 'hotrod://h/a', 'hustdb+ha://front'], 'a HustDB HA front has no put-if-absent'],
    [['migrate', '--first', 'hustdb://a', 'hotrod://h/a'], '--first and --second go together'],
    [['migrate', '--check'], '--check is for a mapping'],
    [['migrate', '--mapping', '/nonexistent/m.json', '--check'], 'cannot read /nonexistent/m.json'],
    [['migrate', '--retry-held', 'm9'], 'there is no job m9'],
  ])('%j says what is wrong', async (args, message) => {
    const run = await servers.run(args);
    expect(run.code, run.stderr).toBe(ExitCode.usage);
    expect(run.stderr).toContain(message);
  });

  it('names every fault of a mapping with its path', async () => {
    const mapping = await mappingFile({ lifespan: 'long' }, { typ: 'kv' });
    const run = await servers.run(['migrate', '--mapping', mapping, '--check']);
    expect(run.code).toBe(ExitCode.usage);
    expect(run.stderr).toContain('$.rules[0].lifespan');
    expect(run.stderr).toContain('$.rules[1].typ');
    const good = await servers.run(['migrate', '--mapping', await mappingFile({ skip: true }), '--check']);
    expect(good).toMatchObject({ code: ExitCode.ok, stdout: 'the mapping is good: 1 rules\n' });
  });

  it('prints the schema of mappings', async () => {
    const run = await servers.run(['migrate', '--schema']);
    expect(JSON.parse(run.stdout)).toMatchObject({ title: 'What kvtwin migrate does with which keys' });
  });

  it('finds out before it begins that a cache is missing or a node is away', async () => {
    const source = await servers.hustDb();
    const server = await servers.hotRod('users');
    const none = await servers.run(['migrate', source, `${server}/nothing`]);
    expect(none.code, none.stderr).toBe(ExitCode.usage);
    expect(none.stderr).toContain('STORE_NO_SUCH_STORE');
    const away = await servers.run(['migrate', `${source},hustdb://127.0.0.1:1`, `${server}/users`]);
    expect(away.code, away.stderr).toBe(ExitCode.unreachable);
    expect((await servers.run(['job', 'ls', '--json'])).stdout).toBe('');
  });

  it('refuses a cache that stores another encoding, and takes it by a mapping that says so', async () => {
    const source = await servers.hustDb();
    await servers.put(source, kv, 'doc', '{"a":1}');
    const target = `${await servers.hotRodOf('docs', 'application/json')}/docs`;
    const run = await servers.run(['migrate', source, target]);
    expect(run.code, run.stderr).toBe(ExitCode.usage);
    expect(run.stderr).toContain('stores keys as application/json');
    const mapping = await mappingFile({ type: 'kv', mediaType: 'application/json' });
    const mapped = await servers.run(['migrate', source, target, '--mapping', mapping, '--settle', '20ms']);
    expect(mapped.code, mapped.stderr).toBe(ExitCode.ok);
    expect(mapped.stderr).toMatch(/preflight {2}target \S+docs {2}Hot Rod \S+, stores application\/json\n/);
    expect(mapped.stderr).toContain(
      'preflight  target cache docs, stores application/json, asked for as application/json\n',
    );
    expect(await servers.contents(`${target}?media=storage`, kv)).toHaveLength(1);
  });

  it('pauses at Ctrl-C, says how to go on, and goes on', async () => {
    const source = await servers.hustDb();
    const target = `${await servers.hotRod('users')}/users`;
    for (let at = 0; at < 50; at++) await servers.put(source, kv, `key:${at}`, 'v');
    const stop = new AbortController();
    const slow = servers.run(['migrate', source, target, '--batch', '10', '--rps', '10'], {
      signal: stop.signal,
    });
    while ((await servers.contents(target, kv)).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    const paused = await slow;
    expect(paused.code, paused.stderr).toBe(ExitCode.interrupted);
    expect(paused.stderr).toMatch(/paused\. \d+ of about 5 units done\. {6}resume: kvtwin job resume m1\n/);
    expect((await servers.contents(target, kv)).length).toBeLessThan(50);
    const ls = await servers.run(['job', 'ls', '--json']);
    expect(JSON.parse(ls.stdout)).toMatchObject({ id: 'm1', state: 'paused' });
  });
});
