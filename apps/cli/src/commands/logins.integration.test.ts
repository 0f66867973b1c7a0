import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { temporaryFolder } from '@kvtwin/testkit';
import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../test/recording-io.js';

const servers: HotRodServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function guarded(): Promise<(credentials: string) => string> {
  const caches = { users: {} };
  const server = await HotRodServer.listen({ caches, auth: { users: { app: 'pass/word' } } });
  servers.push(server);
  return (credentials) => `hotrod://${credentials}127.0.0.1:${server.port}/users`;
}

it('credentials in the URLs open Hot Rod servers; wrong ones or none end with 5 and are not shown', async () => {
  const [first, second] = [await guarded(), await guarded()];
  const right = 'app:pass%2Fword@';
  const sides = ['--first', first(right), '--second', second(right)];
  expect((await runInProcess(['put', 'k', 'v', ...sides])).code).toBe(0);
  const got = await runInProcess(['get', 'k', ...sides]);
  expect(got.code).toBe(0);
  expect(got.stdout).toContain('AGREED');
  for (const credentials of ['app:topsecret@', '']) {
    const wrong = ['--first', first(credentials), '--second', second(credentials)];
    const refused = await runInProcess(['get', 'k', ...wrong]);
    expect(refused.code).toBe(5);
    expect(refused.stdout + refused.stderr).not.toContain('topsecret');
  }
});

it('takes the passwords of whole stores from the environment or a file too, and no others', async () => {
  const [first, second] = [await guarded(), await guarded()];
  const folder = await temporaryFolder();
  try {
    const file = join(folder.path, 'password');
    await writeFile(file, 'pass/word\n');
    const right = first('app:pass%2Fword@');
    await runInProcess(['put', 'k', 'v', '--first', right, '--second', right, '--side', 'first']);
    const env = { KVTWIN_STATE: join(folder.path, 'state') };
    const alone = [first('app@'), second('app@')] as const;
    const refused = await runInProcess(['migrate', ...alone, '--quiet'], { env });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('username alone')]);
    const migrated = await runInProcess(['migrate', ...alone, '--settle', '20ms', '--password-file', file], {
      env,
    });
    expect(migrated.code, migrated.stderr).toBe(0);
    expect(migrated.stdout + migrated.stderr).not.toContain('word@');
    const password = { ...env, KVTWIN_PASSWORD: 'pass/word' };
    const certificate = ['--output', join(folder.path, 'certificate.json')];
    expect((await runInProcess(['verify', ...alone, ...certificate], { env: password })).code).toBe(0);
    const exported = await runInProcess(['export', alone[1]], { env: password });
    expect(JSON.parse(exported.stdout)).toMatchObject({ key: 'k', value: 'v' });
    const stdin = exported.stdout;
    expect(
      (await runInProcess(['import', '-', alone[0], '--password-file', file], { env, stdin })).code,
    ).toBe(0);
    const unused = await runInProcess(['export', right, '--password-file', file], { env });
    expect([unused.code, unused.stderr]).toEqual([1, expect.stringContaining('no URL wants the password')]);
  } finally {
    await folder.remove();
  }
});
