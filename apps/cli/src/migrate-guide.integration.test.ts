import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MigrationServers } from '../test/migration-servers.js';
import { comparable, wordsIn } from '../test/transcripts.js';

const page = readFileSync(new URL('../../../docs/guides/migrate.md', import.meta.url), 'utf8');

/** Commands of the page and what they are said to print, in their order. */
const sessions = [...page.matchAll(/```shell-session\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block!
    .split(/^\$ kvtwin /m)
    .slice(1)
    .map((text) => ({
      command: text.slice(0, text.indexOf('\n')),
      output: text.slice(text.indexOf('\n') + 1),
    })),
);

const kv = { type: 'kv' } as const;
let servers: MigrationServers;
/** The page's addresses and the real ones. */
let addresses: (readonly [string, string])[];

const onPage = (text: string): string =>
  addresses.reduce((all, [shown, real]) => all.replaceAll(real, shown), text);
const inReality = (text: string): string =>
  addresses.reduce((all, [shown, real]) => all.replaceAll(shown, real), text);

/** Folders, digests and times are those of the machine. */
const settled = (text: string): string =>
  comparable(text)
    .replaceAll(/(folder|certificate|keys:|why:) \/\S+/g, '$1 FILE')
    .replaceAll(/sha256 [0-9a-f]{12}…/g, 'sha256 DIGEST')
    .replaceAll(/digest [0-9a-f]{16}…/g, 'digest DIGEST');

beforeAll(async () => {
  servers = await MigrationServers.start();
  const pair = [await servers.hustDb(), await servers.hustDb()] as const;
  const [lon, nyc] = [await servers.hotRod('users'), await servers.hotRod('users')];
  addresses = [
    ['hustdb://a.old:8085', pair[0]],
    ['hustdb://b.old:8085', pair[1]],
    ['hotrod://lon:11222', lon],
    ['hotrod://nyc:11222', nyc],
  ];
  for (const url of pair) {
    for (let at = 0; at < 40; at++) await servers.put(url, kv, `user:${at}`, `value ${at}`);
    for (let at = 0; at < 20; at++) {
      await servers.put(url, { type: 'hash', table: 'sessions' }, `s${at}`, 'x');
      await servers.put(url, { type: 'set', table: 'tags' }, `t${at}`, '');
      await servers.put(url, { type: 'zset', table: 'board' }, `p${at}`, String(at));
    }
  }
  await servers.put(pair[1], kv, 'user:7', 'changed');
  await servers.put(pair[0], { type: 'hash', table: 'sessions' }, 'only here', 'x');
  await servers.put(`${lon}/users`, kv, 'user:9', 'theirs');
  const mapping = /```json\n([\s\S]*?)```/.exec(page)![1]!;
  await writeFile(join(servers.folder.path, 'mapping.json'), mapping);
}, 60_000);
afterAll(() => servers.close());

/** What people do between two commands of the page. */
async function before(command: string): Promise<void> {
  if (!command.includes('--retry-held')) return;
  await servers.put(addresses[0]![1], kv, 'user:7', 'changed');
  await servers.put(addresses[1]![1], { type: 'hash', table: 'sessions' }, 'only here', 'x');
}

it('has sessions', () => {
  expect(sessions.length).toBeGreaterThan(5);
});

it.each(sessions)('is right about kvtwin $command', { timeout: 60_000 }, async ({ command, output }) => {
  await before(command);
  const args = wordsIn(servers.folder.path, inReality(command));
  const { code, stdout, stderr } = await servers.run(args, { env: { NO_COLOR: '1' } });
  expect(settled(onPage(`${stdout}${stderr}exit ${code}`))).toBe(settled(output));
});
