import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCommand, runInProcess, startInProcess } from '../test/recording-io.js';

/** A command of the README and what it is said to print. */
interface Transcript {
  readonly command: string;
  readonly output: string;
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

const transcripts: Transcript[] = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block!
    .split(/^\$ kvtwin /m)
    .slice(1)
    .map((text) => ({
      command: text.slice(0, text.indexOf('\n')),
      output: text.slice(text.indexOf('\n') + 1),
    })),
);

/** Ports and times are those of the machine. */
function comparable(text: string): string {
  return text
    .replaceAll(/(127\.0\.0\.1:)\d{2,5}/g, '$1PORT')
    .replaceAll(/over \d+ ms/g, 'over TIME')
    .replaceAll(/ in \d+(ms|s)/g, ' in TIME')
    .replaceAll(/report \/\S+/g, 'report FILE')
    .replaceAll(/sha256 [0-9a-f]{64}/g, 'sha256 DIGEST')
    .replaceAll(/ +/g, ' ')
    .trim();
}

let folder: TemporaryFolder;
let env: { KVTWIN_CONFIG: string; KVTWIN_STATE: string };
let demo: RunningCommand;

beforeAll(async () => {
  folder = await temporaryFolder();
  env = { KVTWIN_CONFIG: join(folder.path, 'config'), KVTWIN_STATE: join(folder.path, 'state') };
  demo = await startInProcess(['demo', '--port', '0'], env);
});
afterAll(() => folder.remove());

describe('the README', () => {
  it.each(transcripts.filter(({ command }) => command !== 'demo'))(
    'is right about kvtwin $command',
    async (said) => {
      const { code, stdout, stderr } = await runInProcess(said.command.split(' '), { env });
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
