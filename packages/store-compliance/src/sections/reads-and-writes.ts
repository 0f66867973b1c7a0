import { toByteString } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';

/** get, getMany, put, remove. */
export function describeReadsAndWrites(context: ComplianceContext): void {
  const valueFor = (key: Uint8Array): Uint8Array => context.value(toByteString(key));

  describe('get', () => {
    it('answers undefined for a key that is not there', async () => {
      expect(await context.store.get(context.key())).toBeUndefined();
    });

    it('tells the value and a version', async () => {
      const key = context.key();
      await context.store.put(key, context.value('value'));
      const entry = await context.store.get(key);
      expect(entry?.value).toEqual(context.value('value'));
      expect(entry?.version.token).not.toBe('');
      expect(['hotrod', 'counter', 'memory']).toContain(entry?.version.scheme);
    });

    it('tells the same version as long as nobody writes', async () => {
      const key = context.key();
      await context.store.put(key, context.value('value'));
      const [one, two] = [await context.store.get(key), await context.store.get(key)];
      expect(two?.version).toEqual(one?.version);
    });
  });

  describe('getMany', () => {
    it('answers in the order of the keys, also for absent and repeated ones', async () => {
      const [a, b, missing] = [context.key(), context.key(), context.key()];
      await context.store.put(a, context.value('A'));
      await context.store.put(b, context.value('B'));
      const entries = await context.store.getMany([b, missing, a, b]);
      expect(entries.map((entry) => entry?.value)).toEqual([
        context.value('B'),
        undefined,
        context.value('A'),
        context.value('B'),
      ]);
      expect(entries[2]?.version).toEqual((await context.store.get(a))?.version);
    });

    it('answers nothing for no keys', async () => {
      expect(await context.store.getMany([])).toEqual([]);
    });

    it('answers many keys at once', async () => {
      const keys = Array.from({ length: 50 }, () => context.key());
      await Promise.all(keys.map((key) => context.store.put(key, valueFor(key))));
      const entries = await context.store.getMany(keys);
      expect(entries.map((entry) => entry?.value)).toEqual(keys.map(valueFor));
    });
  });

  describe('put', () => {
    it('replaces what was there', async () => {
      const key = context.key();
      expect((await context.store.put(key, context.value('old'))).outcome).toBe('applied');
      expect((await context.store.put(key, context.value('new'))).outcome).toBe('applied');
      expect((await context.store.get(key))?.value).toEqual(context.value('new'));
    });

    it('changes the version, also when the value stays the same unless it says otherwise', async () => {
      const key = context.key();
      await context.store.put(key, context.value('same'));
      const before = await context.store.get(key);
      await context.store.put(key, context.value('same'));
      const after = await context.store.get(key);
      if (context.capabilities.sameValueKeepsVersion === true)
        expect(after?.version).toEqual(before?.version);
      else expect(after?.version).not.toEqual(before?.version);
      await context.store.put(key, context.value('another'));
      const last = await context.store.get(key);
      expect(last?.version).not.toEqual(after?.version);
    });

    it('answers the new version, if it claims to', async () => {
      const key = context.key();
      const { version } = await context.store.put(key, context.value('value'));
      if (context.capabilities.writesReturnVersion) {
        expect(version).toEqual((await context.store.get(key))?.version);
      } else {
        expect(version).toBeUndefined();
      }
    });
  });

  describe('remove', () => {
    it('takes the key away', async () => {
      const key = context.key();
      await context.store.put(key, context.value('value'));
      expect((await context.store.remove(key)).outcome).toBe('applied');
      expect(await context.store.get(key)).toBeUndefined();
    });

    it('says that there was nothing to remove', async () => {
      expect((await context.store.remove(context.key())).outcome).toBe('absent');
    });
  });
}
