import { describe, expect, it } from 'vitest';
import { LossyOutput } from './lossy-output.js';

/** An output whose reader takes nothing until it is told to. */
function slowOutput() {
  let caughtUp: (() => void) | undefined;
  let isFull = false;
  const written: string[] = [];
  return {
    written,
    fill: () => {
      isFull = true;
    },
    catchUp: () => {
      isFull = false;
      caughtUp?.();
    },
    output: {
      write: (chunk: string | Uint8Array) => {
        written.push(String(chunk));
        return !isFull;
      },
      drained: () =>
        new Promise<void>((resolve) => {
          caughtUp = resolve;
          if (!isFull) resolve();
        }),
      isTTY: false,
      columns: 80,
    },
  };
}

describe('LossyOutput', () => {
  it('writes lines in order while the reader keeps up', async () => {
    const { output, written } = slowOutput();
    const lossy = new LossyOutput(output, (count) => `lost ${count}`);
    lossy.writeLine('a');
    lossy.writeLine('b');
    await lossy.flush();
    expect(written.join('')).toBe('a\nb\n');
  });

  it('drops what a slow reader does not take, says so in its place, and goes on', async () => {
    const { output, written, fill, catchUp } = slowOutput();
    const lossy = new LossyOutput(output, (count) => `lost ${count}`, 8);
    fill();
    for (const line of ['one', 'two', 'three', 'four', 'five']) lossy.writeLine(line);
    catchUp();
    await lossy.flush();
    lossy.writeLine('six');
    expect(written.join('')).toBe('one\ntwo\nthree\nlost 2\nsix\n');
    expect(lossy.droppedInAll).toBe(2);
  });

  it('does not wait for ever for a reader that is stuck', async () => {
    const { output, fill } = slowOutput();
    const lossy = new LossyOutput(output, String);
    fill();
    lossy.writeLine('one');
    await lossy.flushWithin(1);
  });
});
