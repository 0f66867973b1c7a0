import { describe, expect, it } from 'vitest';
import {
  type Expiration,
  expirationSkewMs,
  expirationToleranceMs,
  expiryInstantMs,
  IMMORTAL,
  UNKNOWN_EXPIRATION,
} from './index.js';

const mortal = (lifespanMs?: number, maxIdleMs?: number): Expiration => ({
  kind: 'mortal',
  lifespanMs,
  maxIdleMs,
});
const at = (createdAtMs: number | undefined, expiration: Expiration) => ({ createdAtMs, expiration });

describe('expiryInstantMs', () => {
  it.each([
    ['counts a lifespan from the write', at(1000, mortal(500)), 1500],
    ['never comes for an immortal entry', at(1000, IMMORTAL), Number.POSITIVE_INFINITY],
    ['never comes by max-idle alone', at(1000, mortal(undefined, 500)), Number.POSITIVE_INFINITY],
    ['is not known where the store does not tell', at(1000, UNKNOWN_EXPIRATION), undefined],
    ['is not known without the time of the write', at(undefined, mortal(500)), undefined],
  ])('%s', (_, entry, instant) => {
    expect(expiryInstantMs(entry)).toBe(instant);
  });
});

describe('expirationSkewMs', () => {
  it.each<[string, ReturnType<typeof at>, ReturnType<typeof at>, number | undefined]>([
    ['same instants by different writes', at(1000, mortal(5000)), at(3000, mortal(3000)), undefined],
    ['the second later', at(1000, mortal(5000)), at(1000, mortal(8000)), 3000],
    ['the second earlier', at(1000, mortal(8000)), at(1000, mortal(5000)), -3000],
    ['just within the tolerance', at(1000, mortal(5000)), at(2000, mortal(5000)), undefined],
    ['just outside', at(1000, mortal(5000)), at(2001, mortal(5000)), 1001],
    ['the second never', at(1000, mortal(5000)), at(1000, IMMORTAL), Number.POSITIVE_INFINITY],
    ['the first never', at(1000, IMMORTAL), at(1000, mortal(5000)), Number.NEGATIVE_INFINITY],
    ['both never', at(1000, IMMORTAL), at(9000, IMMORTAL), undefined],
    ['one not told', at(1000, mortal(5000)), at(1000, UNKNOWN_EXPIRATION), undefined],
    ['the same max-idle', at(1000, mortal(undefined, 5000)), at(9000, mortal(undefined, 5000)), undefined],
    ['different max-idle', at(1000, mortal(undefined, 5000)), at(1000, mortal(undefined, 60_000)), 55_000],
    ['max-idle on one side', at(1000, mortal(9000, 5000)), at(1000, mortal(9000)), Number.POSITIVE_INFINITY],
    ['lifespan before max-idle', at(1000, mortal(9000, 5000)), at(1000, mortal(4000)), -5000],
  ])('%s', (_, first, second, skew) => {
    expect(expirationSkewMs(first, second, 1000)).toBe(skew);
  });

  it('has a tolerance of the coarser unit and a second between the writes', () => {
    expect(expirationToleranceMs([{ expirationUnitMs: 1 }, { expirationUnitMs: 1000 }])).toBe(2000);
  });
});
