import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoAtWork, demoStartLimitMs, startDemoAtWork } from '../test/demo-at-work.js';
import { runInProcess } from '../test/recording-io.js';
import { comparable, transcriptsIn, wordsIn } from '../test/transcripts.js';

const guide = new URL('../../../docs/guides/apply-and-undo.md', import.meta.url);
let demo: DemoAtWork;
let env: Record<string, string>;

beforeAll(async () => {
  demo = await startDemoAtWork();
  env = demo.env;
}, demoStartLimitMs);
afterAll(() => demo.stop());

it.each(transcriptsIn(readFileSync(guide, 'utf8')))(
  'the guide is right about kvtwin $command',
  { timeout: 60_000 },
  async ({ command, output }) => {
    const { code, stdout, stderr } = await runInProcess(wordsIn(demo.folder, command), { env });
    expect(comparable(`${stdout}${stderr}exit ${code}`)).toBe(comparable(output));
  },
);
