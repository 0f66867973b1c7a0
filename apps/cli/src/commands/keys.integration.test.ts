import { HustDbNode } from '@kvtwin/hustdb-node';
import { startRudeServer } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, type RunOptions, runInProcess } from '../../test/recording-io.js';

let first: HustDbNode;
let second: HustDbNode;
let env: Record<string, string>;

beforeEach(async () => {
  [first, second] = await Promise.all([HustDbNode.listen(), HustDbNode.listen()]);
  env = { KVTWIN_FIRST: first.url, KVTWIN_SECOND: second.url };
});
afterEach(() => Promise.all([first.close(), second.close()]));

function kvtwin(...args: string[]): Promise<CliResult> {
  return runInProcess(args, { env });
}

function kvtwinWith(options: RunOptions, ...args: string[]): Promise<CliResult> {
  return runInProcess(args, { ...options, env: { ...env, ...options.env } });
}

const json = ({ stdout }: CliResult): Record<string, unknown> => JSON.parse(stdout);
const quick = ['--settle', '20ms'];

describe('kvtwin put, get and del', () => {
  it('write both sides, show that they agree, and remove it again', async () => {
    expect(await kvtwin('put', 'user:1', 'Ada')).toMatchObject({ code: 0 });
    const got = await kvtwin('get', 'user:1', '--json');
    expect(got.code).toBe(0);
    expect(json(got)).toMatchObject({
      key: 'user:1',
      kind: 'agreed',
      value: 'QWRh',
      version: '1',
      policy: 'counter',
      sides: [{ state: 'present' }, { state: 'present' }],
    });
    expect(await kvtwin('del', 'user:1')).toMatchObject({ code: 0 });
    expect(json(await kvtwin('get', 'user:1', '--json'))).toMatchObject({ kind: 'absent' });
    expect(await kvtwin('del', 'user:1')).toMatchObject({ code: 0 });
  });

  it('show a conflict with both values, and how to copy one over', async () => {
    await kvtwin('put', 'k', '{"seats":5}', '--side', 'first');
    await kvtwin('put', 'k', '{"seats":8}', '--side', 'second');
    const got = await kvtwin('get', 'k', ...quick);
    expect(got.code).toBe(2);
    expect(got.stdout).toMatch(/^k {3}CONFLICT {3}confirmed 3\/3 over \d+ ms\n/);
    expect(got.stdout).toContain('{"seats":[-5-]{+8+}}');
    expect(got.stderr).toBe('next: kvtwin resolve k\n');
    const value = await kvtwin('get', 'k', '--raw', 'first');
    const copied = await kvtwinWith(
      { stdin: value.bytes },
      'put',
      'k',
      '--side',
      'second',
      '--if-version',
      '1',
    );
    expect(copied.code).toBe(0);
    expect((await kvtwin('get', 'k', ...quick)).stdout).toMatch(/^k {3}VERSION SKEW/);
  });

  it('keep every byte of keys and values', async () => {
    const put = await kvtwin('put', '--key-base64', 'AAH/', '--value-base64', 'AP8AAQ==', '--json');
    expect(put.code).toBe(0);
    expect(json(put)).toMatchObject({ keyBase64: 'AAH/' });
    const raw = await kvtwin('get', '--key-base64', 'AAH/', '--raw', 'second');
    expect([...raw.bytes]).toEqual([0, 0xff, 0, 1]);
    expect((await kvtwin('get', '--key-base64', 'AAH/')).stdout).toMatch(/^base64:AAH\/ {3}AGREED/);
  });

  it('print only the fields that are asked for', async () => {
    await kvtwin('put', 'k', 'v');
    const { code, stdout } = await kvtwin('get', 'k', '--json', '--fields', 'kind,sides.0.state');
    expect([code, stdout]).toEqual([0, '{"kind":"agreed","sides.0.state":"present"}\n']);
    const scan = await kvtwin('scan', '--ndjson', '--fields', 'key', '--quiet');
    expect(scan.stdout).toBe('{"key":"k"}\n{"key":"k"}\n');
    expect((await kvtwin('get', 'k', '--fields', 'kind')).stderr).toContain('add one of them');
    expect((await kvtwin('get', 'k', '--json', '--fields', 'a,,b')).code).toBe(1);
  });

  it('work on a table', async () => {
    expect((await kvtwin('put', 'f', 'v', '--table', 't')).code).toBe(0);
    expect((await kvtwin('get', 'f', '--table', 't')).code).toBe(0);
    expect(json(await kvtwin('get', 'f', '--json'))).toMatchObject({ kind: 'absent' });
  });

  it('refuse a write against another version with exit code 6', async () => {
    await kvtwin('put', 'k', 'a');
    expect((await kvtwin('put', 'k', 'b', '--if-version', '1')).code).toBe(0);
    const refused = await kvtwin('put', 'k', 'c', '--if-version', '1');
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain('another version than --if-version says');
    expect((await kvtwin('del', 'k', '--if-version', '7')).code).toBe(6);
    expect((await kvtwin('del', 'k', '--if-version', '2,2')).code).toBe(0);
  });

  it('tell a side that is gone, and the other side all the same, with exit code 4', async () => {
    await kvtwin('put', 'k', 'a');
    await second.close();
    const got = await kvtwin('get', 'k', '--json');
    expect(got.code).toBe(4);
    expect(json(got)).toMatchObject({
      kind: 'unreadable',
      sides: [{ state: 'present' }, { state: 'failed', error: { code: 'STORE_UNREACHABLE' } }],
    });
    const put = await kvtwin('put', 'k', 'b');
    expect(put.code).toBe(3);
    expect(put.stdout).toMatch(/applied[\s\S]*unknown: /);
  });

  it('do not take a web page for a value', async () => {
    await using page = await startRudeServer({ kind: 'html' });
    env.KVTWIN_SECOND = `hustdb://127.0.0.1:${page.port}`;
    const got = await kvtwin('get', 'k');
    expect(got.code).toBe(4);
    expect(got.stdout).toContain('STORE_PROTOCOL');
  });
});

describe('kvtwin scan', () => {
  it('lists the keys of each side', async () => {
    await kvtwin('put', 'both', 'v');
    await kvtwin('put', '--key-base64', 'AP8=', 'v', '--side', 'second');
    const scanned = await kvtwin('scan', '--ndjson', '--values');
    expect(scanned.code).toBe(0);
    const rows = scanned.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(3);
    expect(rows).toContainEqual(
      expect.objectContaining({ key: 'both', value: 'dg==', version: '1', bytes: 1 }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ keyBase64: 'AP8=' }));
    expect((await kvtwin('scan', '--side', 'second', '--prefix', 'bo')).stdout).toMatch(/ both\n$/);
    expect(
      (await kvtwin('scan', '--side', 'second', '--limit', '1', '--ndjson')).stdout.trim().split('\n'),
    ).toHaveLength(1);
  });

  it('tells once that a front does not list keys', async () => {
    const scanned = await runInProcess(['scan', '--pair', 'hustdb+ha://127.0.0.1:1']);
    expect(scanned.code).toBe(1);
    expect(scanned.stderr.match(/does not list keys/g)).toHaveLength(1);
  });
});

describe('kvtwin diff', () => {
  it('finds nothing between two copies', async () => {
    await kvtwin('put', 'k', 'v');
    const found = await kvtwin('diff', ...quick, '--json');
    expect(found.code).toBe(0);
    expect(json(found)).toMatchObject({ agree: true, keys: 1, differences: 0, classes: { agreed: 1 } });
  });

  it('puts every key in one class, and says so as a table, as JSON and line by line', async () => {
    await kvtwin('put', 'same', 'v');
    await kvtwin('put', 'conflict', 'a', '--side', 'first');
    await kvtwin('put', 'conflict', 'b', '--side', 'second');
    await kvtwin('put', '用户:1', 'v', '--side', 'first');
    const summary = await kvtwin('diff', ...quick, '--json');
    expect(summary.code).toBe(2);
    expect(json(summary)).toMatchObject({
      agree: false,
      keys: 3,
      differences: 2,
      classes: { agreed: 1, 'value-conflict': 1, 'only-first': 1 },
      examples: { 'only-first': { key: '用户:1' } },
    });
    const lines = (await kvtwin('diff', ...quick, '--ndjson')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).class).sort()).toEqual(['only-first', 'value-conflict']);
    const table = await kvtwin('diff', ...quick);
    expect(table.code).toBe(2);
    expect(table.stdout).toMatch(/value-conflict +1 +33\.333 % +conflict\n/);
    expect(table.stdout).toMatch(/only 127\.0\.0\.1:\d+ +1 +33\.333 % +用户:1\n/);
  });

  it('takes its sides as arguments too', async () => {
    expect((await runInProcess(['diff', first.url, second.url, '--json'])).code).toBe(0);
    const one = await runInProcess(['diff', first.url]);
    expect(one.code).toBe(1);
    expect(one.stderr).toContain('only the first side is named');
  });

  it('ends with 4 where a side is gone', async () => {
    await second.close();
    const found = await kvtwin('diff', '--json');
    expect(found.code).toBe(4);
    expect(found.stdout).toBe('');
    expect(found.stderr).toContain('STORE_UNREACHABLE');
  });

  it('ends with 130 when it is interrupted', async () => {
    const found = await runInProcess(['diff'], { env, signal: AbortSignal.abort() });
    expect(found.code).toBe(130);
  });
});
