import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MigrationServers } from '../../test/migration-servers.js';
import type { CliResult } from '../../test/recording-io.js';

const kv = { type: 'kv' } as const;
let servers: MigrationServers;
let sites: readonly [string, string];

beforeEach(async () => {
  servers = await MigrationServers.start();
  sites = [`${await servers.hotRod('users')}/users`, `${await servers.hotRod('users')}/users`];
  await servers.put(sites[0], kv, 'key', 'here');
  await servers.put(sites[1], kv, 'key', 'there');
});
afterEach(() => servers.close());

const kvtwin = (...args: string[]): Promise<CliResult> => servers.run(args);
const logOf = (job: string): string => join(servers.env.KVTWIN_STATE!, 'jobs', job, 'apply');

async function plan(): Promise<string> {
  const file = join(servers.folder.path, 'plan.ndjson');
  await kvtwin('diff', ...sites, '--settle', '20ms', '--quiet');
  await kvtwin('plan', 'd1', '--rule', '*=first', '--output', file);
  return file;
}

it('keeps before-images for 30 days, and says until when', async () => {
  const applied = await kvtwin('apply', await plan(), '--yes');
  expect(applied.stderr).toContain('before-images are kept 30d\n');
  const { stdout } = await kvtwin('job', 'show', 'a2', '--json');
  const { ageMs, beforeImagesUntil, status } = JSON.parse(stdout);
  expect(Date.parse(beforeImagesUntil) - Date.parse(status.updatedAt)).toBe(30 * 86_400_000);
  expect(ageMs).toBeGreaterThan(0);
  expect((await kvtwin('job', 'show', 'a2')).stdout).toContain(
    `before-images kept 30d, until ${beforeImagesUntil}`,
  );
  expect(existsSync(logOf('a2'))).toBe(true);
});

it('removes those whose time is over, says so, and keeps the job', async () => {
  const file = await plan();
  await kvtwin('apply', file, '--yes', '--keep', '1ms');
  const listed = await kvtwin('job', 'ls');
  expect(listed.stderr).toBe(
    'the before-images of job a2 are removed: they are kept 1ms; kvtwin undo a2 is over\n',
  );
  expect(listed.stdout).toMatch(/a2 +apply +done +\S+ +1\/1 +1 +done 1 /);
  expect(existsSync(logOf('a2'))).toBe(false);
  expect((await kvtwin('job', 'ls')).stderr).toBe('');
  for (const id of ['a2', 'd1']) {
    const undo = await kvtwin('undo', id, '--yes');
    expect([undo.code, undo.stderr]).toEqual([
      1,
      expect.stringContaining('before-images of job a2 were removed'),
    ]);
  }
  const resumed = await kvtwin('job', 'resume', 'a2');
  expect([resumed.code, resumed.stderr]).toEqual([1, expect.stringContaining('nothing to resume')]);
  expect((await kvtwin('job', 'show', 'a2')).stdout).toContain('it cannot be undone any more');
  // The same plan again is an apply of its own.
  await servers.put(sites[1], kv, 'key', 'there');
  expect((await kvtwin('apply', file, '--yes')).stdout).toBe('  done 1\n');
  expect((await kvtwin('undo', 'd1', '--yes')).stdout).toBe('  restored 1\n');
});

it('leaves those of an undo of the moment, and of what is not done', async () => {
  const file = await plan();
  const stopping = new AbortController();
  stopping.abort();
  const paused = await servers.run(['apply', file, '--yes', '--keep', '1ms'], { signal: stopping.signal });
  expect(paused.code).toBe(130);
  expect((await kvtwin('job', 'ls')).stderr).toBe('');
  await kvtwin('apply', file, '--yes');
  // Over, but not removed yet: whoever asks for it gets it.
  expect(await kvtwin('undo', 'd1', '--yes')).toMatchObject({ code: 0, stdout: '  restored 1\n' });
});

it('takes the time from KVTWIN_KEEP, and refuses what is none', async () => {
  const file = await plan();
  const run = (keep: string): Promise<CliResult> =>
    servers.run(['apply', file, '--yes'], { env: { KVTWIN_KEEP: keep } });
  const refused = await run('soon');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('KVTWIN_KEEP is "soon"')]);
  expect((await run('forever')).stderr).toContain('before-images are kept until kvtwin job rm a2\n');
  const flag = await kvtwin('apply', file, '--yes', '--keep', '0');
  expect([flag.code, flag.stderr]).toEqual([1, expect.stringContaining('or forever')]);
});
