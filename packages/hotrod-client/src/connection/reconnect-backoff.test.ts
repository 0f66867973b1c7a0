import { describe, expect, it } from 'vitest';
import { ReconnectBackoff } from './reconnect-backoff.js';

const pauses = (random: number, count: number): number[] => {
  const backoff = new ReconnectBackoff({ minMs: 50, maxMs: 400, random: () => random });
  return Array.from({ length: count }, () => backoff.failed());
};

describe('the pauses between attempts to connect', () => {
  it('double up to the longest one', () => {
    expect(pauses(0, 5)).toEqual([50, 100, 200, 400, 400]);
  });

  it('are up to half as long, at random', () => {
    expect(pauses(0.999999, 5)).toEqual([25, 50, 100, 200, 200]);
  });

  it('begin anew after a success', () => {
    const backoff = new ReconnectBackoff({ minMs: 50, maxMs: 400, random: () => 0 });
    backoff.failed();
    backoff.failed();
    expect(backoff.failures).toBe(2);
    backoff.succeeded();
    expect(backoff.failures).toBe(0);
    expect(backoff.failed()).toBe(50);
  });

  it('stay finite through any number of failures', () => {
    expect(pauses(0, 2_000).at(-1)).toBe(400);
  });
});
