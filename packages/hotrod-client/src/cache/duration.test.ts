import { describe, expect, it } from 'vitest';
import { requestForVersion } from '../connection/legacy-expiration.js';
import { type Duration, parseDuration } from './duration.js';

describe('a duration', () => {
  it.each<[Duration | undefined, unknown]>([
    [undefined, { unit: 'default' }],
    ['default', { unit: 'default' }],
    ['infinite', { unit: 'infinite' }],
    [1, { unit: 'milliseconds', amount: 1 }],
    ['5ns', { unit: 'nanoseconds', amount: 5 }],
    ['5us', { unit: 'microseconds', amount: 5 }],
    ['1500ms', { unit: 'milliseconds', amount: 1_500 }],
    ['90s', { unit: 'seconds', amount: 90 }],
    ['5m', { unit: 'minutes', amount: 5 }],
    ['2h', { unit: 'hours', amount: 2 }],
    ['31d', { unit: 'days', amount: 31 }],
  ])('of %j goes out in its own unit', (given, wire) => {
    expect(parseDuration('lifespan', given)).toEqual(wire);
  });

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '1.5s',
    '5',
    's',
    '',
    '5 s',
    '5S',
    '0s',
    '-5s',
  ])('of %j is refused, not guessed at', (given) => {
    expect(() => parseDuration('lifespan', given as Duration)).toThrow(/lifespan is/);
  });
});

describe('an expiration before 3.0', () => {
  const nowMs = () => 1_700_000_000_000;
  const day = 86_400_000;
  const request = (lifespan: Duration) => ({
    key: new Uint8Array(),
    expiration: {
      lifespan: parseDuration('lifespan', lifespan),
      maxIdle: parseDuration('maxIdle', undefined),
    },
  });

  it('of more than 30 days goes out as a time', () => {
    expect(requestForVersion(request('31d'), '2.9', nowMs)).toMatchObject({
      expiration: {
        lifespan: { unit: 'milliseconds', amount: nowMs() + 31 * day },
        maxIdle: { unit: 'default' },
      },
    });
  });

  it('of 30 days and less stays a duration', () => {
    expect(requestForVersion(request('30d'), '2.0', nowMs)).toEqual(request('30d'));
  });

  it('is left alone from 3.0 on, as are requests without one', () => {
    const long = request('31d');
    expect(requestForVersion(long, '3.0', nowMs)).toBe(long);
    const read = { key: new Uint8Array() };
    expect(requestForVersion(read, '2.0', nowMs)).toBe(read);
  });
});

describe('an expiration that a time before 3.0 cannot say', () => {
  const nowMs = () => 1_700_000_000_000;
  const lived = (lifespan: Duration, version: '2.1' | '2.9') => {
    const expiration = {
      lifespan: parseDuration('lifespan', lifespan),
      maxIdle: parseDuration('maxIdle', '1h'),
    };
    return requestForVersion({ key: new Uint8Array(), expiration }, version, nowMs);
  };

  it.each<[Duration, '2.1' | '2.9']>([
    ['9007199254740991ms', '2.9'],
    ['9007199254740991d', '2.9'],
    ['9007199254740991d', '2.1'],
    ['10000d', '2.1'],
  ])('is none: %s in %s', (lifespan, version) => {
    expect(lived(lifespan, version)).toMatchObject({
      expiration: { lifespan: { unit: 'infinite' }, maxIdle: { unit: 'hours', amount: 1 } },
    });
  });

  it('is a time up to there', () => {
    const amount = nowMs() + 10_000 * 86_400_000;
    expect(lived('10000d', '2.9')).toMatchObject({
      expiration: { lifespan: { unit: 'milliseconds', amount } },
    });
  });
});
