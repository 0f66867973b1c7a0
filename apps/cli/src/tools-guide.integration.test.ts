import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HotRodClient } from '@kvtwin/hotrod-client';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess, startInProcess } from '../test/recording-io.js';
import { comparable, transcriptsIn, wordsIn } from '../test/transcripts.js';

const url = new URL('../../../docs/guides/tools.md', import.meta.url);
const transcripts = transcriptsIn(readFileSync(url, 'utf8')).filter(({ kind }) => kind === 'console');

let folder: TemporaryFolder;
let env: Record<string, string>;
let lon: HotRodServer;
let nyc: HotRodServer;

beforeAll(async () => {
  folder = await temporaryFolder();
  env = {
    KVTWIN_CONFIG: join(folder.path, 'config'),
    KVTWIN_STATE: join(folder.path, 'state'),
    LANG: 'C.UTF-8',
  };
  lon = await HotRodServer.listen({ caches: { users: {} } });
  nyc = await HotRodServer.listen({ caches: { json: { mediaType: 'application/json' } } });
});
afterAll(async () => {
  await lon.close();
  await nyc.close();
  await folder.remove();
});

/** Figures of the machine out of the way: what is left is what the page says. */
function steady(text: string): string {
  return comparable(
    text
      .replaceAll(/^ +[\d.]+ (µs|ms|s) +[\d.]+ %.*\n/gm, '')
      .replaceAll(/^.*this machine was late itself.*\n/gm, '')
      .replaceAll(/^\d\d:\d\d:\d\d\.\d{3}/gm, 'TIME')
      .replaceAll(/\d+(\.\d+)? (µs|ms|s)\b/g, 'LATENCY')
      .replaceAll(/[\d.]+\/s/g, 'RATE/s')
      .replaceAll(/closed: [^(]*/g, 'closed: ')
      .replaceAll(/Node [\d.]+/g, 'Node VERSION')
      .replaceAll(/[\d.]+ \w+ are free/g, 'SIZE are free')
      .replaceAll(/\/\S+\/(config|state)\b/g, '/$1'),
  );
}

/** What a run printed, as the page shows it: the ports of the page in place of those of the machine. */
function shown(text: string): string {
  return text
    .replaceAll(`:${lon.port}`, ':11222')
    .replaceAll(`:${nyc.port}`, ':11223')
    .replaceAll(folder.path, '/home/ada/.local')
    .replaceAll(/^\d\d:(\d\d:\d\d\.\d{3})/gm, '09:$1');
}

async function run(command: string): Promise<string> {
  const args = wordsIn(folder.path, command).map((word) =>
    word.replace(':11222', `:${lon.port}`).replace(':11223', `:${nyc.port}`),
  );
  if (args[0] !== 'trace') {
    const { code, stdout, stderr } = await runInProcess(args, { env });
    return `${stdout}${stderr}exit ${code}\n`;
  }
  const trace = await startInProcess(args, env);
  const address = /connect to (\S+):(\d+)\?(\S+)/.exec(trace.line)!;
  const client = await HotRodClient.connect(`${address[1]}:${address[2]}/users?${address[3]}`);
  await client.cache().set('user:42', '{"name":"Ada"}', { lifespan: '1h' });
  await client.cache().get('user:42');
  await client.close();
  const { code, stdout, stderr } = await trace.stop();
  return `${stdout}${stderr}exit ${code}\n`.replaceAll(`:${address[2]}`, ':11300');
}

it.each(transcripts)('docs/guides/tools.md is right about kvtwin $command', async ({ command, output }) => {
  const printed = await run(command);
  if (process.env.UPDATE_DOCS) {
    const page = readFileSync(url, 'utf8');
    writeFileSync(
      url,
      page.replace(`$ kvtwin ${command}\n${output}`, () => `$ kvtwin ${command}\n${shown(printed)}`),
    );
    return;
  }
  expect(steady(printed)).toBe(steady(output));
});
