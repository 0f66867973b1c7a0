/** Has `work` done for every item, so many at once, in order of their beginning. Rejects with the first failure once all have stopped. */
export async function forEachAtOnce<T>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let turn: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const next = (): Promise<IteratorResult<T>> => {
    const step = turn.then(() => (stopped ? { done: true as const, value: undefined } : iterator.next()));
    turn = step.catch(() => undefined);
    return step;
  };
  const run = async (): Promise<void> => {
    try {
      for (let step = await next(); !step.done; step = await next()) await work(step.value);
    } catch (error) {
      stopped = true;
      throw error;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, run));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  await iterator.return?.(undefined);
  throw failed.reason;
}
