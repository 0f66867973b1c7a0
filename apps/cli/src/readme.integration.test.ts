import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCommand, runInProcess, startInProcess } from '../test/recording-io.js';
import { comparable, transcriptsIn, wordsIn } from '../test/transcripts.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const transcripts = transcriptsIn(readme);

let folder: TemporaryFolder;
let env: { KVTWIN_CONFIG: string; KVTWIN_STATE: string };
let demo: RunningCommand;

beforeAll(async () => {
  folder = await temporaryFolder();
  env = { KVTWIN_CONFIG: join(folder.path, 'config'), KVTWIN_STATE: join(folder.path, 'state') };
  demo = await startInProcess(['demo', '--port', '0'], env);
}, 60_000);
afterAll(() => folder.remove());

describe('the README', () => {
  it.each(transcripts.filter(({ command }) => command !== 'demo'))(
    'is right about kvtwin $command',
    async (said) => {
      const { code, stdout, stderr } = await runInProcess(wordsIn(folder.path, said.command), { env });
      expect(comparable(`${stdout}${stderr}exit ${code}`)).toBe(comparable(said.output));
    },
  );

  it('is right about kvtwin demo', async () => {
    const { stdout, stderr } = await demo.stop();
    const said = transcripts.find(({ command }) => command === 'demo')!;
    expect(comparable(stdout + stderr)).toBe(comparable(said.output));
  });

  it('names every exit code', () => {
    const codes = [...readme.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 130]);
  });
});
