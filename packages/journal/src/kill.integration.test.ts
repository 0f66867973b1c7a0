import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { bundleProgram, seededRandom, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../test/temporary-directory.js';
import { Journal } from './journal.js';

let folder: TemporaryFolder;
let program: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  program = await bundleProgram(new URL('../test/appending-program.ts', import.meta.url), folder.path);
}, 60_000);
afterAll(() => folder.remove());

function start(directory: string): ChildProcessByStdio<null, Readable, null> {
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Lets the program append until it has acknowledged so many, kills it, and tells the largest number acknowledged. */
async function appendUntilKilled(directory: string, acknowledgements: number): Promise<number> {
  const child = start(directory);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
    if (said.split('\n').length > acknowledgements + 1) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const numbers = said.split('\n').slice(1, -1).map(Number);
  return Math.max(...numbers);
}

describe('a journal whose process is killed', () => {
  it('has every record that was acknowledged, however often it is killed', async () => {
    const directory = temporaryDirectory();
    const random = seededRandom(11);
    let acknowledged = 0;
    for (let kill = 0; kill < 6; kill++) {
      acknowledged = Math.max(acknowledged, await appendUntilKilled(directory, random.integer(1, 150)));
      await using journal = await Journal.open(directory, { maxSegmentBytes: 4096 });
      const texts: string[] = [];
      for await (const { text } of journal.read()) texts.push(text);
      expect(texts.length).toBeGreaterThanOrEqual(acknowledged);
      expect(texts.map((text) => Number(text.split(' ')[0]))).toEqual(texts.map((_, at) => at + 1));
    }
    expect(acknowledged).toBeGreaterThan(6);
  }, 60_000);

  it('is locked while that process lives, and is taken over once it is killed', async () => {
    const directory = temporaryDirectory();
    const child = start(directory);
    await once(child.stdout, 'data');
    await expect(Journal.open(directory)).rejects.toMatchObject({
      code: 'JOURNAL_LOCKED',
      message: expect.stringContaining(`process ${child.pid} `),
    });
    child.stdout.resume();
    child.kill('SIGKILL');
    await once(child, 'close');
    await (await Journal.open(directory)).close();
  }, 60_000);
});
