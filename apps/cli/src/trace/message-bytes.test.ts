import { describe, expect, it } from 'vitest';
import { MessageBytes } from './message-bytes.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('MessageBytes', () => {
  it('gives the bytes of each message, however they came', () => {
    const kept = new MessageBytes(10);
    kept.push(bytes(1, 2));
    kept.trim();
    kept.push(bytes(3, 4, 5));
    expect([...kept.take(3)!]).toEqual([1, 2, 3]);
    expect([...kept.take(5)!]).toEqual([4, 5]);
  });

  it('lets go of a message that is too long, and keeps the one behind it', () => {
    const kept = new MessageBytes(4);
    for (let at = 0; at < 100; at++) {
      kept.push(bytes(at, at, at));
      kept.trim();
    }
    kept.push(bytes(7, 7, 8, 9));
    expect(kept.take(302)).toBeUndefined();
    expect([...kept.take(304)!]).toEqual([8, 9]);
  });
});
