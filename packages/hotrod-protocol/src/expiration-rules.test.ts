import type { Expiration } from '@kvtwin/versioned-value';
import { describe, expect, test } from 'vitest';
import {
  durationMs,
  fromEntryMetadata,
  type ProtocolVersion,
  resolveDuration,
  toWireExpiration,
  type WireDuration,
} from './index.js';

const DAY = 86_400_000;
const nowMs = 1_700_000_000_000;

describe('what a server makes of a duration (nowMs is 1,700,000,000,000)', () => {
  test.each<[ProtocolVersion, boolean, WireDuration, number | 'default' | 'infinite']>([
    ['2.1', false, { unit: 'seconds', amount: 0 }, 'infinite'],
    ['2.1', true, { unit: 'seconds', amount: 0 }, 'default'],
    ['2.1', true, { unit: 'seconds', amount: -1 }, 'default'],
    ['2.1', true, { unit: 'seconds', amount: 5 }, 5000],
    ['2.1', false, { unit: 'seconds', amount: 1_700_000_100 }, 100_000],
    ['2.1', false, { unit: 'seconds', amount: 31 * 86_400 }, 0],
    ['2.2', true, { unit: 'seconds', amount: 0 }, 0],
    ['2.9', false, { unit: 'days', amount: 30 }, 30 * DAY],
    ['2.9', false, { unit: 'days', amount: 31 }, 0],
    ['3.0', false, { unit: 'days', amount: 31 }, 31 * DAY],
    ['3.0', false, { unit: 'nanoseconds', amount: 1_999_999 }, 1],
    ['3.0', false, { unit: 'microseconds', amount: 2500n }, 2],
    ['2.2', true, { unit: 'seconds', amount: -1 }, 'infinite'],
    ['2.9', false, { unit: 'nanoseconds', amount: -1n }, 'infinite'],
    ['4.1', false, { unit: 'hours', amount: -1 }, 'infinite'],
    ['4.1', false, { unit: 'nanoseconds', amount: -1n }, -0],
    ['3.0', false, { unit: 'default' }, 'default'],
    ['3.0', false, { unit: 'infinite' }, 'infinite'],
  ])('%s, default flag %s, %o', (version, defaultFlag, duration, expected) => {
    expect(resolveDuration(duration, { version, defaultFlag, nowMs })).toBe(expected);
  });
});

describe('what is sent is understood as meant', () => {
  const expirations: Expiration[] = [
    { kind: 'immortal' },
    { kind: 'mortal', lifespanMs: 1500 },
    { kind: 'mortal', maxIdleMs: 2000 },
    { kind: 'mortal', lifespanMs: 30 * DAY, maxIdleMs: 31 * DAY },
    { kind: 'mortal', lifespanMs: 400 * DAY, maxIdleMs: 1 },
  ];
  test.each(['2.0', '2.2', '2.9', '3.0', '4.1'] as const)('in %s', (version) => {
    for (const expiration of expirations) {
      const wire = toWireExpiration(expiration, version, nowMs);
      const meant: { lifespanMs?: number; maxIdleMs?: number } =
        expiration.kind === 'mortal' ? expiration : {};
      for (const [duration, ms] of [
        [wire.lifespan, meant.lifespanMs],
        [wire.maxIdle, meant.maxIdleMs],
      ] as const) {
        const exact = version === '2.0' && ms !== undefined ? Math.ceil(ms / 1000) * 1000 : ms;
        const context = { version, defaultFlag: false, nowMs };
        const resolved =
          version === '2.0' && ms === undefined
            ? resolveDuration({ unit: 'seconds', amount: 0 }, context)
            : resolveDuration(duration, context);
        expect(resolved).toBe(exact ?? 'infinite');
      }
    }
  });

  test('an unknown one cannot be sent', () => {
    expect(() => toWireExpiration({ kind: 'unknown' }, '3.0', nowMs)).toThrow(
      expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT' }),
    );
  });
});

test('metadata as the model has it', () => {
  const lifespan = { createdAtMs: 5, seconds: 2 };
  const maxIdle = { lastUsedAtMs: 7, seconds: 0 };
  expect(fromEntryMetadata({ entryVersion: 1n })).toEqual({ expiration: { kind: 'immortal' } });
  expect(fromEntryMetadata({ entryVersion: 1n, lifespan })).toEqual({
    expiration: { kind: 'mortal', lifespanMs: 2000 },
    createdAtMs: 5,
  });
  expect(fromEntryMetadata({ entryVersion: 1n, lifespan, maxIdle })).toEqual({
    expiration: { kind: 'mortal', lifespanMs: 2000, maxIdleMs: 0 },
    createdAtMs: 5,
    lastUsedAtMs: 7,
  });
});

test('milliseconds of units', () => {
  expect(durationMs({ unit: 'hours', amount: 2 })).toBe(7_200_000);
  expect(durationMs({ unit: 'minutes', amount: 3n })).toBe(180_000);
  expect(durationMs({ unit: 'infinite' })).toBeUndefined();
});
