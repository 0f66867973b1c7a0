import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoAtWork, demoStartLimitMs, startDemoAtWork } from '../test/demo-at-work.js';
import { runInProcess } from '../test/recording-io.js';
import { TestTerminal } from '../test/test-terminal.js';
import { comparable, transcriptsIn, wordsIn } from '../test/transcripts.js';

const guides = new URL('../../../docs/guides/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, guides), 'utf8');
const transcripts = transcriptsIn(read('command-line.md'));

/** The screen that a full-screen command shows; leaves it then. */
async function screenOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const terminal = new TestTerminal();
  const stopping = new AbortController();
  const running = runInProcess(args, { env, terminal, isTTY: true, signal: stopping.signal });
  const screen = await Promise.race([
    terminal.shows(/ decision .*(tree|text|hex)/),
    running.then(({ stderr }) => stderr),
  ]);
  stopping.abort();
  await running;
  return screen;
}

describe('the sessions of docs/guides/command-line.md', () => {
  let demo: DemoAtWork;
  let env: Record<string, string>;

  beforeAll(async () => {
    demo = await startDemoAtWork();
    env = demo.env;
  }, demoStartLimitMs);
  afterAll(() => demo.stop());

  it.each(transcripts)('are right about kvtwin $command', async ({ command, kind, output }) => {
    const args = wordsIn(demo.folder, command);
    if (kind === 'text') {
      expect(await screenOf(args, env)).toBe(output.trimEnd());
      return;
    }
    const { code, stdout, stderr } = await runInProcess(args, { env });
    expect(comparable(`${stdout}${stderr}exit ${code}`)).toBe(comparable(output));
  });
});

it('each guide with sessions has a test that runs them', () => {
  const withSessions = readdirSync(guides).filter(
    (name) => name.endsWith('.md') && /^\$ kvtwin /m.test(read(name)),
  );
  expect(withSessions).toContain('command-line.md');
  for (const name of withSessions) {
    const test = new URL(`./${name.replace('.md', '')}-guide.integration.test.ts`, import.meta.url);
    expect(existsSync(test), `${name} is run by ${test.pathname}`).toBe(true);
  }
});
