import { describe, expect, it } from 'vitest';
import { diffSettings } from './diff-options.js';

describe('diffSettings', () => {
  it('fills in defaults, also for what is given as undefined', () => {
    expect(diffSettings({ settleMs: undefined, batchSize: 10 })).toMatchObject({
      policy: 'opaque',
      settleMs: 600,
      confirmReads: 3,
      batchSize: 10,
    });
  });

  it.each([
    { settleMs: 0 },
    { settleMs: Number.NaN },
    { confirmReads: 1 },
    { confirmReads: 3, maxReads: 2 },
    { batchSize: 0 },
    { batchSize: 100_001 },
    { concurrency: 0 },
    { rps: 0 },
    { timeoutMs: -1 },
    { scanRetries: -1 },
    { maxTrackedBytes: 65_535 },
  ])('refuses %j by the name of the option', (options) => {
    const name = Object.keys(options).at(-1)!;
    expect(() => diffSettings(options)).toThrow(new RegExp(`^${name} is`));
  });
});
