import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCommand, runInProcess, startInProcess } from '../test/recording-io.js';
import { comparable, transcriptsIn, wordsIn } from '../test/transcripts.js';

const guide = new URL('../../../docs/guides/apply-and-undo.md', import.meta.url);
let folder: TemporaryFolder;
let env: Record<string, string>;
let demo: RunningCommand;

beforeAll(async () => {
  folder = await temporaryFolder();
  env = {
    KVTWIN_CONFIG: join(folder.path, 'config'),
    KVTWIN_STATE: join(folder.path, 'state'),
    NO_COLOR: '1',
  };
  demo = await startInProcess(['demo', '--port', '0'], env);
}, 60_000);
afterAll(async () => {
  await demo.stop();
  await folder.remove();
});

it.each(transcriptsIn(readFileSync(guide, 'utf8')))(
  'the guide is right about kvtwin $command',
  { timeout: 60_000 },
  async ({ command, output }) => {
    const { code, stdout, stderr } = await runInProcess(wordsIn(folder.path, command), { env });
    expect(comparable(`${stdout}${stderr}exit ${code}`)).toBe(comparable(output));
  },
);
