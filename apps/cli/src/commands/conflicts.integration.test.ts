import { join } from 'node:path';
import { encodeBase64, encodeUtf8 } from '@kvtwin/bytes';
import { Journal } from '@kvtwin/journal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoAtWork, demoStartLimitMs, startDemoAtWork } from '../../test/demo-at-work.js';
import { type CliResult, runInProcess } from '../../test/recording-io.js';

let demo: DemoAtWork;
let env: Record<string, string>;

beforeAll(async () => {
  demo = await startDemoAtWork();
  env = demo.env;
}, demoStartLimitMs);
afterAll(() => demo.stop());

function kvtwin(...args: string[]): Promise<CliResult> {
  return runInProcess(args, { env });
}

function linesOf({ stdout }: CliResult): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe('kvtwin conflicts', () => {
  it('says what to do where nobody has looked yet', async () => {
    const { code, stderr } = await kvtwin('conflicts');
    expect([code, stderr]).toEqual([1, expect.stringContaining('kvtwin diff finds them')]);
  });

  it('lists what a job found and what still differs, by class and prefix', async () => {
    const job = JSON.parse((await kvtwin('diff', '--job', '--json', '--quiet', '--settle', '20ms')).stdout)
      .job as string;
    const all = await kvtwin('conflicts', '--json');
    expect(all.code).toBe(2);
    expect(linesOf(all)).toHaveLength(24);
    expect(linesOf(all)[0]).toMatchObject({ store: { type: 'kv' }, from: `job ${job}` });

    await kvtwin('resolve', 'user:42', '--take', 'a');
    const users = await kvtwin('conflicts', job, '--class', 'value-*', '--prefix', 'user:', '--json');
    const keys = linesOf(users).map(({ key }) => key);
    expect(keys).toHaveLength(11);
    expect(keys).not.toContain('user:42');
    const reported = await kvtwin('conflicts', '--no-check', '--class', 'value-conflict', '--ndjson');
    expect(linesOf(reported).map(({ key }) => key)).toContain('user:42');

    const table = await kvtwin('conflicts', '--class', 'only-second', '--limit', '2');
    expect(table.stdout.split('\n')[0]).toMatch(/^ {2}key +class +in +age {2}found by$/);
    expect(table.stdout.trim().split('\n')).toHaveLength(3);
    expect(table.stderr).toContain('3 more; --limit shows them');
    expect(table.stderr).toContain(`next: kvtwin resolve ${job}`);
  });

  it('filters by age', async () => {
    const none = await kvtwin('conflicts', '--older-than', '1h');
    expect(none).toMatchObject({ code: 0, stdout: '' });
    expect(none.stderr).toMatch(/^no open conflicts: looked at job d\d+, done \S+ ago/);
    expect((await kvtwin('conflicts', '--newer-than', '1h')).code).toBe(2);
  });

  it('lists what proxies logged, the last of each key, also beside the proxy', async () => {
    const directory = join(demo.folder, 'journal');
    await using journal = await Journal.open(join(directory, 'conflicts'));
    const line = (key: string, why: string, at: string): string =>
      JSON.stringify({
        conflict: 'rejected',
        at,
        pair: '10.0.0.1:8085|10.0.0.2:8085',
        type: 'hash',
        table: '用户',
        key: encodeBase64(encodeUtf8(key)),
        command: 'hset',
        why,
        sides: ['unknown', 'unknown'],
      });
    await journal.append([
      line('ada', 'the first time', '2026-03-01T10:00:00.000Z'),
      line('bob', 'the second side refused: mismatch', '2026-03-01T10:00:01.000Z'),
      line('ada', 'the last time', '2026-03-01T10:00:02.000Z'),
    ]);
    const listed = await kvtwin('conflicts', '--log', directory, '--json');
    expect(listed.code).toBe(2);
    expect(linesOf(listed)).toEqual([
      {
        key: 'bob',
        class: 'rejected',
        store: { type: 'hash', table: '用户' },
        at: '2026-03-01T10:00:01.000Z',
        from: 'proxy 10.0.0.1:8085|10.0.0.2:8085',
        why: 'hset: the second side refused: mismatch',
      },
      expect.objectContaining({ key: 'ada', why: 'hset: the last time' }),
    ]);
    expect(
      (await kvtwin('conflicts', '--log', directory, '--class', 'rejected', '--prefix', 'a')).stdout,
    ).toContain('hash 用户');
    expect(await kvtwin('conflicts', '--log', demo.folder)).toMatchObject({ code: 1 });
  });
});

describe('kvtwin watch', () => {
  it('tells when a key comes to agree, as lines of JSON', async () => {
    await kvtwin('put', 'watched', 'one', '--side', 'first');
    let resolved: Promise<CliResult> | undefined;
    const watching = runInProcess(
      ['watch', 'watched', '--interval', '10ms', '--settle', '0', '--until-agreed', '--ndjson'],
      {
        env,
        onStdout: () => {
          resolved ??= kvtwin('resolve', 'watched', '--take', 'a');
        },
      },
    );
    const { code, stdout } = await watching;
    await resolved;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ key, kind, before }) => [key, kind, before])).toEqual([
      ['watched', 'one-sided', undefined],
      ['watched', 'agreed', 'one-sided'],
    ]);
    expect(lines[0].sides[1]).toEqual({ name: 'nyc', state: 'absent' });
  });

  it('shows every key with a prefix that either side has', async () => {
    const { code, stdout } = await kvtwin('watch', '--prefix', 'otp:', '--rounds', '1', '--settle', '0');
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .every((line) => /^\d\d:\d\d:\d\d {2}otp:\d+ {2}AGREED {2}A v /.test(line)),
    ).toBe(true);
    const other = await kvtwin('watch', '--prefix', 'cart:', '--rounds', '1', '--settle', '0');
    expect(other.code).toBe(2);
    expect(other.stdout).toMatch(/cart:\d+ {2}ONLY lon /);
  });

  it('ends when it is stopped', async () => {
    const stopping = new AbortController();
    const { code } = await runInProcess(['watch', 'user:1'], {
      env,
      signal: stopping.signal,
      onStdout: () => stopping.abort(),
    });
    expect(code).toBe(130);
  });

  it.each([[['watch']], [['watch', 'a', '--prefix', 'b']]])('refuses %j', async (args) => {
    expect(await kvtwin(...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('watch needs keys, or --prefix'),
    });
  });

  it('tells that a side cannot be read, and ends with 3', async () => {
    const { code, stdout } = await kvtwin(
      'watch',
      'k',
      '--rounds',
      '1',
      '--first',
      'hotrod://127.0.0.1:1',
      '--second',
      'memory:x',
      '--timeout',
      '2s',
    );
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(/k {2}UNREADABLE {2}A failed \(STORE_UNREACHABLE\)/),
    ]);
  });
});
