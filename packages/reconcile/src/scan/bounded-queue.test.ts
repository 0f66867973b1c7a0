import { describe, expect, it } from 'vitest';
import { BoundedQueue } from './bounded-queue.js';

describe('BoundedQueue', () => {
  it('hands over in order, and holds a producer back while it is full', async () => {
    const queue = new BoundedQueue<number>(2);
    const pushed: number[] = [];
    const producing = (async () => {
      for (const item of [1, 2, 3, 4]) {
        await queue.push(item);
        pushed.push(item);
      }
      queue.end();
    })();
    await flush();
    expect(pushed).toEqual([1, 2]);
    expect(await queue.take()).toBe(1);
    await flush();
    expect(pushed).toEqual([1, 2, 3]);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([2, 3, 4]);
    expect(await queue.take()).toBeUndefined();
    await producing;
  });

  it('wakes a consumer that waits', async () => {
    const queue = new BoundedQueue<string>(1);
    const taking = queue.take();
    await queue.push('late');
    expect(await taking).toBe('late');
    const ending = queue.take();
    queue.end();
    expect(await ending).toBeUndefined();
  });

  it('ends with an error at once, and lets waiting producers go', async () => {
    const queue = new BoundedQueue<number>(1);
    await queue.push(1);
    const held = queue.push(2);
    queue.end(new Error('broken'));
    await held;
    await expect(queue.take()).rejects.toThrow('broken');
    await queue.push(3);
  });
});

function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
