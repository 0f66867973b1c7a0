import type { CallOptions, VersionedStore } from '@kvtwin/versioned-value';
import { StoreError } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { expectRefusal } from '../expect-refusal.js';

type Call = (
  store: VersionedStore,
  key: Uint8Array,
  value: Uint8Array,
  options?: CallOptions,
) => Promise<unknown>;

const calls: [name: string, call: Call][] = [
  ['get', (store, key, _value, options) => store.get(key, options)],
  ['getMany', (store, key, _value, options) => store.getMany([key], options)],
  ['put', (store, key, value, options) => store.put(key, value, options)],
  ['remove', (store, key, _value, options) => store.remove(key, options)],
];

/** Signals, time limits, closing. */
export function describeLimitsOfCalls(context: ComplianceContext): void {
  const value = (): Uint8Array => context.value('value');

  describe('signal', () => {
    it.each(calls)('%s rejects at once when the signal has fired, and does nothing', async (_, call) => {
      const key = context.key();
      await context.store.put(key, context.value('before'));
      const signal = AbortSignal.abort();
      await expectRefusal(() => call(context.store, key, value(), { signal }), 'STORE_ABORTED');
      expect((await context.store.get(key))?.value).toEqual(context.value('before'));
    });

    it.each(calls)('%s settles when the signal fires on the way', async (_, call) => {
      const key = context.key();
      const controller = new AbortController();
      const pending = call(context.store, key, value(), { signal: controller.signal });
      controller.abort();
      await expectSettled(pending);
      expect(await context.store.get(context.key())).toBeUndefined();
    });
  });

  describe('time limit', () => {
    it.each(calls)('%s answers or times out within 1 ms', async (_, call) => {
      await expectSettled(call(context.store, context.key(), value(), { timeoutMs: 1 }), 'STORE_TIMEOUT');
    });

    it.each(calls)('%s refuses a time limit of 0', async (_, call) => {
      await expectRefusal(
        () => call(context.store, context.key(), value(), { timeoutMs: 0 }),
        'STORE_INVALID_ARGUMENT',
      );
    });
  });

  describe('close', () => {
    it('of a store leaves the family and its other stores open', async () => {
      const other = await context.family.open(context.selector);
      await other.close();
      await other.close();
      await expectRefusal(() => other.get(context.key()), 'STORE_CLOSED');
      expect(await context.store.get(context.key())).toBeUndefined();
    });

    it('of a family settles what is on its way, and refuses what comes later', async () => {
      const family = await context.options.openFamily();
      const store = await family.open(context.selector);
      const pending = calls.map(([, call]) => call(store, context.key(), value()));
      await family.close();
      await family.close();
      for (const call of pending) await expectSettled(call);
      for (const [, call] of calls)
        await expectRefusal(() => call(store, context.key(), value()), 'STORE_CLOSED');
      await expectRefusal(() => family.open(context.selector), 'STORE_CLOSED');
      await expectRefusal(() => family.ping(), 'STORE_CLOSED');
    });

    it('comes with the end of an await using', async () => {
      let family: Awaited<ReturnType<typeof context.options.openFamily>>;
      {
        await using scoped = await context.options.openFamily();
        family = scoped;
        await scoped.ping();
      }
      await expectRefusal(() => family.ping(), 'STORE_CLOSED');
    });
  });
}

/** Fulfilled, or rejected with a StoreError (of that code); anything else fails the test. */
async function expectSettled(call: Promise<unknown>, code?: StoreError['code']): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (!StoreError.is(thrown)) throw thrown;
    if (code !== undefined) expect(thrown.code).toBe(code);
  }
}
