import { describe, expect, it } from 'vitest';
import { CallQueue } from './call-queue.js';

const queueOf = (...items: string[]): CallQueue<string> => {
  const queue = new CallQueue<string>();
  for (const item of items) queue.push(item);
  return queue;
};

describe('the waiting calls', () => {
  it('leave in the order in which they came', () => {
    const queue = queueOf('a', 'b');
    expect(queue.shift()).toBe('a');
    queue.push('c');
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['b', 'c', undefined]);
    expect(queue.size).toBe(0);
  });

  it('let those go first that are to be sent again', () => {
    const queue = queueOf('a', 'b');
    queue.shift();
    queue.prepend(['x', 'y']);
    expect(queue.drain()).toEqual(['x', 'y', 'b']);
    expect(queue.size).toBe(0);
  });

  it('can be thinned out', () => {
    const queue = queueOf('a', 'b', 'c', 'd');
    queue.shift();
    queue.filter((item) => item !== 'c');
    const seen: string[] = [];
    queue.forEach((item) => {
      seen.push(item);
    });
    expect(seen).toEqual(['b', 'd']);
    expect(queue.size).toBe(2);
  });

  it('stay in order through many comings and goings', () => {
    const queue = new CallQueue<number>();
    let pushed = 0;
    let shifted = 0;
    for (let round = 0; round < 5_000; round++) {
      for (let at = 0; at < (round % 7) + 1; at++) queue.push(pushed++);
      for (let at = 0; at < (round % 5) + 1; at++) if (queue.size > 0) expect(queue.shift()).toBe(shifted++);
    }
    expect(queue.size).toBe(pushed - shifted);
    expect(queue.drain()[0]).toBe(shifted);
  });
});
