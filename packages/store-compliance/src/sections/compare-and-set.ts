import type { EntryVersion } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { expectRefusal } from '../expect-refusal.js';

/** Writers at once on one key: enough to collide, few enough for a slow server. */
const racers = 8;

/** replaceIfVersion, removeIfVersion, putIfAbsent, and what their tokens are worth. */
export function describeCompareAndSet(context: ComplianceContext): void {
  const written = async (key: Uint8Array, value: string): Promise<EntryVersion> => {
    await context.store.put(key, context.value(value));
    return (await context.store.get(key))!.version;
  };
  const claimed = (): boolean => context.capabilities.compareAndSet !== 'none';

  describe('compare-and-set', () => {
    it('replaces under the current version, or refuses the call where it is not claimed', async () => {
      const key = context.key();
      const version = await written(key, 'old');
      if (!claimed()) {
        await expectRefusal(
          () => context.store.replaceIfVersion(key, context.value('new'), version),
          'STORE_UNSUPPORTED',
        );
        await expectRefusal(() => context.store.removeIfVersion(key, version), 'STORE_UNSUPPORTED');
        return;
      }
      expect((await context.store.replaceIfVersion(key, context.value('new'), version)).outcome).toBe(
        'applied',
      );
      expect((await context.store.get(key))?.value).toEqual(context.value('new'));
    });

    it('keeps the value when the version is not the current one', async () => {
      if (!claimed()) return;
      const key = context.key();
      const old = await written(key, 'old');
      const current = await written(key, 'current');
      const result = await context.store.replaceIfVersion(key, context.value('late'), old);
      expect(result.outcome).toBe('mismatch');
      if (result.version !== undefined) expect(result.version).toEqual(current);
      const entry = await context.store.get(key);
      expect(entry?.value).toEqual(context.value('current'));
      expect(entry?.version).toEqual(current);
    });

    it('does not bring back a key that is gone', async () => {
      if (!claimed()) return;
      const key = context.key();
      const version = await written(key, 'value');
      await context.store.remove(key);
      expect((await context.store.replaceIfVersion(key, context.value('late'), version)).outcome).toBe(
        'absent',
      );
      expect(await context.store.get(key)).toBeUndefined();
    });

    it('removes under the current version only', async () => {
      if (!claimed()) return;
      const key = context.key();
      const old = await written(key, 'old');
      const current = await written(key, 'current');
      expect((await context.store.removeIfVersion(key, old)).outcome).toBe('mismatch');
      expect((await context.store.get(key))?.value).toEqual(context.value('current'));
      expect((await context.store.removeIfVersion(key, current)).outcome).toBe('applied');
      expect(await context.store.get(key)).toBeUndefined();
      expect((await context.store.removeIfVersion(key, current)).outcome).toBe('absent');
    });

    it('lets one of several writers with the same version through', async () => {
      if (context.capabilities.compareAndSet !== 'atomic') return;
      const key = context.key();
      const version = await written(key, 'start');
      const results = await Promise.all(
        Array.from({ length: racers }, (_, at) =>
          context.store.replaceIfVersion(key, context.value(`racer ${at}`), version),
        ),
      );
      const winners = results.flatMap(({ outcome }, at) => (outcome === 'applied' ? [at] : []));
      expect(winners).toHaveLength(1);
      expect(results.filter(({ outcome }) => outcome === 'mismatch')).toHaveLength(racers - 1);
      expect((await context.store.get(key))?.value).toEqual(context.value(`racer ${winners[0]}`));
    });
  });

  describe('put-if-absent', () => {
    it('creates, and keeps what is there, or refuses the call where it is not claimed', async () => {
      const key = context.key();
      if (context.capabilities.putIfAbsent === 'none') {
        await expectRefusal(
          () => context.store.putIfAbsent(key, context.value('first')),
          'STORE_UNSUPPORTED',
        );
        expect(await context.store.get(key)).toBeUndefined();
        return;
      }
      expect((await context.store.putIfAbsent(key, context.value('first'))).outcome).toBe('applied');
      const made = await context.store.get(key);
      const again = await context.store.putIfAbsent(key, context.value('second'));
      expect(again.outcome).toBe('exists');
      if (again.version !== undefined) expect(again.version).toEqual(made?.version);
      expect((await context.store.get(key))?.value).toEqual(context.value('first'));
    });

    it('lets one of several creators through', async () => {
      if (context.capabilities.putIfAbsent !== 'atomic') return;
      const key = context.key();
      const results = await Promise.all(
        Array.from({ length: racers }, (_, at) =>
          context.store.putIfAbsent(key, context.value(`racer ${at}`)),
        ),
      );
      const winners = results.flatMap(({ outcome }, at) => (outcome === 'applied' ? [at] : []));
      expect(winners).toHaveLength(1);
      expect((await context.store.get(key))?.value).toEqual(context.value(`racer ${winners[0]}`));
    });
  });

  describe('tokens', () => {
    it('differ between updates, and if they are unique also after a removal', async () => {
      const key = context.key();
      const seen: string[] = [];
      for (const value of ['one', 'two', 'three']) seen.push((await written(key, value)).token);
      expect(new Set(seen).size).toBe(seen.length);
      if (!context.capabilities.tokensUnique) return;
      await context.store.remove(key);
      expect(seen).not.toContain((await written(key, 'four')).token);
    });
  });

  describe('replay', () => {
    it('is refused where it is not claimed', async () => {
      if (context.capabilities.replay === true) return;
      const replayVersion: EntryVersion = { scheme: 'counter', token: '7' };
      const key = context.key();
      await expectRefusal(
        () => context.store.put(key, context.value('value'), { replayVersion }),
        'STORE_UNSUPPORTED',
      );
    });

    it('sets the version, and changes nothing when it is older', async () => {
      if (context.capabilities.replay !== true) return;
      const key = context.key();
      const at = (token: string): EntryVersion => ({ scheme: 'counter', token });
      expect((await context.store.put(key, context.value('seven'), { replayVersion: at('7') })).outcome).toBe(
        'applied',
      );
      expect((await context.store.get(key))?.version).toEqual(at('7'));
      const older = await context.store.put(key, context.value('five'), { replayVersion: at('5') });
      expect(older).toEqual({ outcome: 'mismatch', version: at('7') });
      expect((await context.store.get(key))?.value).toEqual(context.value('seven'));
    });
  });
}
