import { HotRodServer } from '@kvtwin/hotrod-server';
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
