import { chunkings } from '@kvtwin/testkit';
import { expect, it } from 'vitest';
import { linesOf } from './lines-of.js';

async function collect(chunks: readonly Uint8Array[]): Promise<string[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const line of linesOf(source())) lines.push(line);
  return lines;
}

it('splits text at its line ends, wherever the chunks are split', async () => {
  const bytes = new TextEncoder().encode('one\n用户\r\n\nlast');
  for (const { name, chunks } of chunkings(bytes)) {
    expect(await collect(chunks), name).toEqual(['one', '用户', '', 'last']);
  }
});

it('has no empty line behind the last line end', async () => {
  expect(await collect([new TextEncoder().encode('one\n')])).toEqual(['one']);
  expect(await collect([])).toEqual([]);
});
