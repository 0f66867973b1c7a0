import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bundleProgram, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Writers at once; each counts its own key up, and remembers the last number that was acknowledged. */
const WRITERS = 16;
const KILLS = 4;
/** Acknowledged writes between two kills, of all writers together. */
const WRITES = 400;

let folder: TemporaryFolder;
let program: string;
let running: ChildProcess | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  program = await bundleProgram(new URL('../test/node-program.ts', import.meta.url), folder.path);
}, 60_000);
afterAll(async () => {
  running?.kill('SIGKILL');
  await folder.remove();
});

/** The port of a node in a process of its own; small segments and little slack, so that clean-ups are met as well. */
async function start(): Promise<number> {
  const options = { data: join(folder.path, 'data'), dataSlackBytes: 50_000 };
  running = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(running.stdout!, 'data');
  return Number(String(line));
}

async function kill(): Promise<void> {
  const gone = once(running!, 'exit');
  running!.kill('SIGKILL');
  await gone;
}

/** Writes numbers until the node is gone; hears of each that was acknowledged. */
async function write(
  port: number,
  writer: number,
  last: number,
  onWritten: (number: number) => void,
): Promise<void> {
  try {
    for (let number = last + 1; ; number++) {
      const url = `http://127.0.0.1:${port}/hustdb/hset?tb=counts&key=w${writer}`;
      const { status } = await fetch(url, { method: 'POST', body: `${number} ${'x'.repeat(200)}` });
      if (status !== 200) throw new Error(`answered ${status}`);
      onWritten(number);
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('answered')) throw error;
  }
}

async function read(port: number, writer: number): Promise<{ number: number; version: number }> {
  const reply = await fetch(`http://127.0.0.1:${port}/hustdb/hget?tb=counts&key=w${writer}`);
  return {
    number: Number.parseInt(await reply.text(), 10),
    version: Number(reply.headers.get('version')),
  };
}

describe('a node that is killed while many write', () => {
  it('comes back with everything that it had acknowledged, each time', async () => {
    const acknowledged = new Array<number>(WRITERS).fill(0);
    for (let round = 0; round < KILLS; round++) {
      const port = await start();
      for (let writer = 0; round > 0 && writer < WRITERS; writer++) {
        const { number, version } = await read(port, writer);
        // One more may have been written whose answer the kill cut off; each number was written once, so it is the version.
        expect([acknowledged[writer], acknowledged[writer]! + 1]).toContain(number);
        expect(version).toBe(number);
        acknowledged[writer] = number;
      }
      let left = WRITES;
      let enough: () => void = () => {};
      const written = new Promise<void>((resolve) => {
        enough = resolve;
      });
      const writers = acknowledged.map((last, writer) =>
        write(port, writer, last, (number) => {
          acknowledged[writer] = number;
          if (--left === 0) enough();
        }),
      );
      await written;
      await kill();
      await Promise.all(writers);
    }
  }, 120_000);
});
