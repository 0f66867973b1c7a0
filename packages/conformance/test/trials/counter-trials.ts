import type { CounterConfiguration } from '@kvtwin/hotrod-protocol';
import { expect } from 'vitest';
import type { RawConnection } from '../../src/index.js';
import { freshKey } from '../sample-keys.js';
import { EVENT_LIMIT_MS, type Trial } from './trial.js';

let made = 0;

const BOUNDED: CounterConfiguration = {
  kind: 'strong',
  persistent: false,
  initialValue: 5n,
  bounds: { lower: 0n, upper: 10n },
};
const WEAK: CounterConfiguration = {
  kind: 'weak',
  persistent: false,
  initialValue: -1n,
  concurrencyLevel: 4,
};

async function freshCounter(connection: RawConnection, configuration = BOUNDED): Promise<string> {
  const counterName = `counter-${process.pid}-${++made}`;
  expect((await connection.call('counterCreate', { counterName, configuration })).status).toBe(0);
  return counterName;
}

/** Counters. They belong to no cache. */
export const COUNTER_TRIALS = {
  counterCreate: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    expect((await connection.call('counterCreate', { counterName, configuration: BOUNDED })).status).toBe(1);
    const weakAndEndless = await freshCounter(connection, WEAK);
    expect(weakAndEndless).not.toBe(counterName);
  },

  counterGetConfiguration: async ({ connection }) => {
    for (const configuration of [BOUNDED, WEAK]) {
      const counterName = await freshCounter(connection, configuration);
      expect((await connection.call('counterGetConfiguration', { counterName })).reply).toEqual({
        outcome: 'ok',
        configuration,
      });
    }
    expect((await connection.call('counterGetConfiguration', { counterName: 'none' })).status).toBe(2);
  },

  counterIsDefined: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    expect((await connection.call('counterIsDefined', { counterName })).status).toBe(0);
    expect((await connection.call('counterIsDefined', { counterName: 'none' })).status).toBe(1);
  },

  counterGetNames: async ({ connection }) => {
    const names = [await freshCounter(connection), await freshCounter(connection, WEAK)];
    const { reply } = await connection.call('counterGetNames', {});
    expect(reply.counterNames).toEqual(expect.arrayContaining(names));
  },

  counterAddAndGet: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    const add = async (delta: bigint) =>
      (await connection.call('counterAddAndGet', { counterName, delta })).reply;
    expect(await add(3n)).toEqual({ outcome: 'ok', value: 8n });
    expect(await add(-8n)).toEqual({ outcome: 'ok', value: 0n });
    expect(await add(-1n)).toEqual({ outcome: 'not-executed-with-previous' });
    const unknown = { counterName: 'none', delta: 1n };
    expect((await connection.call('counterAddAndGet', unknown)).status).toBe(2);
    const weak = { counterName: await freshCounter(connection, WEAK), delta: 1n };
    expect((await connection.call('counterAddAndGet', weak)).reply).toEqual({ outcome: 'ok', value: 0n });
  },

  counterGet: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    await connection.call('counterAddAndGet', { counterName, delta: 2n });
    expect((await connection.call('counterGet', { counterName })).reply).toEqual({
      outcome: 'ok',
      value: 7n,
    });
    expect((await connection.call('counterGet', { counterName: 'none' })).status).toBe(2);
  },

  counterReset: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    await connection.call('counterAddAndGet', { counterName, delta: 2n });
    expect((await connection.call('counterReset', { counterName })).status).toBe(0);
    expect((await connection.call('counterGet', { counterName })).reply).toMatchObject({ value: 5n });
  },

  counterRemove: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    await connection.call('counterAddAndGet', { counterName, delta: 2n });
    expect((await connection.call('counterRemove', { counterName })).status).toBe(0);
    expect((await connection.call('counterGet', { counterName })).reply).toMatchObject({ value: 5n });
  },

  counterCompareAndSwap: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    const swap = async (expected: bigint, update: bigint) =>
      (await connection.call('counterCompareAndSwap', { counterName, expected, update })).reply;
    expect(await swap(4n, 9n)).toEqual({ outcome: 'ok', previousValue: 5n });
    expect(await swap(5n, 9n)).toEqual({ outcome: 'ok', previousValue: 5n });
    expect((await connection.call('counterGet', { counterName })).reply).toMatchObject({ value: 9n });
    expect(await swap(9n, 11n)).toEqual({ outcome: 'not-executed-with-previous' });
  },

  counterGetAndSet: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    const set = async (value: bigint) =>
      (await connection.call('counterGetAndSet', { counterName, value })).reply;
    expect(await set(7n)).toEqual({ outcome: 'ok', previousValue: 5n });
    expect(await set(8n)).toEqual({ outcome: 'ok', previousValue: 7n });
    expect(await set(11n)).toEqual({ outcome: 'not-executed-with-previous' });
  },

  counterAddListener: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    const listenerId = freshKey();
    expect((await connection.call('counterAddListener', { counterName: 'none', listenerId })).status).toBe(2);
    expect((await connection.call('counterAddListener', { counterName, listenerId })).status).toBe(0);
    await connection.call('counterAddAndGet', { counterName, delta: 1n });
    const mine = () => connection.counterEvents.filter((event) => event.counterName === counterName);
    await expect
      .poll(() => mine().map(({ oldValue, newValue }) => [oldValue, newValue]), { timeout: EVENT_LIMIT_MS })
      .toEqual([[5n, 6n]]);
    expect(mine()[0]).toMatchObject({ listenerId, oldState: 'valid', newState: 'valid' });
    await connection.call('counterRemoveListener', { counterName, listenerId });
  },

  counterRemoveListener: async ({ connection }) => {
    const counterName = await freshCounter(connection);
    const listenerId = freshKey();
    await connection.call('counterAddListener', { counterName, listenerId });
    expect((await connection.call('counterRemoveListener', { counterName, listenerId })).status).toBe(0);
    expect((await connection.call('counterRemoveListener', { counterName, listenerId })).status).toBe(2);
  },
} satisfies Record<string, (trial: Trial) => Promise<void>>;
