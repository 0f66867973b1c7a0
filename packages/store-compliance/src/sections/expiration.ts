import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { expectRefusal } from '../expect-refusal.js';

/** Lifespans and max-idle. */
export function describeExpiration(context: ComplianceContext): void {
  const unitMs = (): number => Math.max(context.capabilities.expirationUnitMs, 1000);

  describe('lifespan', () => {
    it('takes the entry away when its time is up, or is refused where it is not claimed', async () => {
      const key = context.key();
      const put = () => context.store.put(key, context.value('value'), { lifespanMs: unitMs() });
      if (!context.capabilities.lifespan) {
        await expectRefusal(put, 'STORE_UNSUPPORTED');
        return;
      }
      await put();
      expect((await context.store.get(key))?.value).toEqual(context.value('value'));
      await context.options.passTime(2 * unitMs() + 500);
      expect(await context.store.get(key)).toBeUndefined();
    });

    it('is told, if reads tell expirations', async () => {
      if (!context.capabilities.lifespan) return;
      const [mortal, immortal] = [context.key(), context.key()];
      await context.store.put(mortal, context.value('value'), { lifespanMs: 3_600_000 });
      await context.store.put(immortal, context.value('value'));
      const [limited, unlimited] = await context.store.getMany([mortal, immortal]);
      if (context.capabilities.readsExpiration) {
        expect(limited?.expiration).toEqual({ kind: 'mortal', lifespanMs: 3_600_000 });
        expect(limited?.createdAtMs).toBeGreaterThan(0);
        expect(unlimited?.expiration).toEqual({ kind: 'immortal' });
      } else {
        expect(limited?.expiration).toEqual({ kind: 'unknown' });
        expect(unlimited?.expiration).toEqual({ kind: 'unknown' });
      }
    });

    it('goes with an overwrite that brings none', async () => {
      if (!context.capabilities.lifespan || !context.capabilities.readsExpiration) return;
      const key = context.key();
      await context.store.put(key, context.value('old'), { lifespanMs: unitMs() });
      await context.store.put(key, context.value('new'));
      expect((await context.store.get(key))?.expiration).toEqual({ kind: 'immortal' });
    });

    it('holds for conditional writes too', async () => {
      const { compareAndSet, lifespan, readsExpiration } = context.capabilities;
      if (!lifespan || !readsExpiration || compareAndSet === 'none') return;
      const key = context.key();
      await context.store.put(key, context.value('old'));
      const { version } = (await context.store.get(key))!;
      await context.store.replaceIfVersion(key, context.value('new'), version, { lifespanMs: 3_600_000 });
      expect((await context.store.get(key))?.expiration).toEqual({ kind: 'mortal', lifespanMs: 3_600_000 });
    });

    it.each([0, -1, Number.NaN])('refuses %s milliseconds', async (lifespanMs) => {
      if (!context.capabilities.lifespan) return;
      await expectRefusal(
        () => context.store.put(context.key(), context.value('value'), { lifespanMs }),
        'STORE_INVALID_ARGUMENT',
      );
    });
  });

  describe('max-idle', () => {
    it('takes away what nobody reads, or is refused where it is not claimed', async () => {
      const key = context.key();
      const put = () => context.store.put(key, context.value('value'), { maxIdleMs: unitMs() });
      if (!context.capabilities.maxIdle) {
        await expectRefusal(put, 'STORE_UNSUPPORTED');
        return;
      }
      await put();
      expect((await context.store.get(key))?.value).toEqual(context.value('value'));
      await context.options.passTime(2 * unitMs() + 500);
      expect(await context.store.get(key)).toBeUndefined();
    });

    it('is told next to a lifespan', async () => {
      if (!context.capabilities.maxIdle || !context.capabilities.readsExpiration) return;
      const key = context.key();
      await context.store.put(key, context.value('value'), { lifespanMs: 3_600_000, maxIdleMs: 600_000 });
      const entry = await context.store.get(key);
      expect(entry?.expiration).toEqual({ kind: 'mortal', lifespanMs: 3_600_000, maxIdleMs: 600_000 });
      expect(entry?.lastUsedAtMs).toBeGreaterThan(0);
    });
  });
}
