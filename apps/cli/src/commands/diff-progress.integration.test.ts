import { join } from 'node:path';
import { HotRodClient } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../../test/recording-io.js';

const keys = 8000;

let folder: TemporaryFolder;
let servers: HotRodServer[];
let env: Record<string, string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const caches = { users: {} };
  servers = [await HotRodServer.listen({ caches }), await HotRodServer.listen({ caches })];
  const entries = new Map(Array.from({ length: keys }, (_, at) => [`user:${at}`, `value ${at}`]));
  for (const { url } of servers) {
    await using client = await HotRodClient.connect(url);
    await client.cache('users').setMany(entries);
  }
  const [first, second] = servers.map(({ url }) => `${url}/users`);
  env = {
    KVTWIN_CONFIG: join(folder.path, 'config'),
    KVTWIN_STATE: join(folder.path, 'state'),
    KVTWIN_FIRST: first!,
    KVTWIN_SECOND: second!,
    NO_COLOR: '1',
  };
}, 60_000);
afterAll(async () => {
  for (const server of servers) await server.close();
  await folder.remove();
});

it.each([[[]], [['--no-job']]])(
  'kvtwin diff %j tells how much is done, how fast, and how long it takes',
  async (more) => {
    const args = ['diff', '--rps', '2000', '--progress', 'json', '--json', ...more];
    const { code, stderr } = await runInProcess(args, { env });
    expect(code).toBe(0);
    const lines = stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const told = lines.find(({ leftMs }) => leftMs !== undefined);
    expect(told).toMatchObject({ progress: 'scanning', of: keys, perSecond: expect.any(Number) });
    expect(told.share).toBeCloseTo(told.keys / keys, 3);
  },
);

it('kvtwin diff draws a bar on a terminal, and takes it away', async () => {
  const { stderr } = await runInProcess(['diff', '--rps', '4000'], { env, isTTY: true });
  const drawn = stderr.split('\r\u001b[K');
  expect(
    drawn.some((line) =>
      /^ {2}scanning {2}█+░+ +\d+ % {2}[\d ]+\/8 000 keys {2}\S+ keys\/s {2}eta /.test(line),
    ),
  ).toBe(true);
  expect(drawn.at(-1)).toBe('');
});
