import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted.js';

async function* oneThenNothing(): AsyncGenerator<number> {
  yield 1;
  await new Promise(() => {});
}

it('gives what comes, and ends at once when the signal fires, though nothing comes any more', async () => {
  const stopping = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of untilAborted(oneThenNothing(), stopping.signal)) {
      seen.push(item);
      stopping.abort(new Error('stopped'));
    }
  })();
  await expect(reading).rejects.toThrow('stopped');
  expect(seen).toEqual([1]);
});

it('gives nothing after the signal has fired', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(untilAborted(oneThenNothing(), signal).next()).rejects.toThrow('stopped');
});

it('ends with the stream', async () => {
  async function* two(): AsyncGenerator<number> {
    yield* [1, 2];
  }
  const items: number[] = [];
  for await (const item of untilAborted(two(), new AbortController().signal)) items.push(item);
  expect(items).toEqual([1, 2]);
});
