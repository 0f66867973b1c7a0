import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { utf8 } from '../sample-bytes.js';

/** get, getMany, put, remove. */
export function describeReadsAndWrites(context: ComplianceContext): void {
  describe('get', () => {
    it('answers undefined for a key that is not there', async () => {
      expect(await context.store.get(context.key())).toBeUndefined();
    });

    it('tells the value and a version', async () => {
      const key = context.key();
      await context.store.put(key, utf8('value'));
      const entry = await context.store.get(key);
      expect(entry?.value).toEqual(utf8('value'));
      expect(entry?.version.token).not.toBe('');
      expect(['hotrod', 'counter', 'memory']).toContain(entry?.version.scheme);
    });

    it('tells the same version as long as nobody writes', async () => {
      const key = context.key();
      await context.store.put(key, utf8('value'));
      const [one, two] = [await context.store.get(key), await context.store.get(key)];
      expect(two?.version).toEqual(one?.version);
    });
  });

  describe('getMany', () => {
    it('answers in the order of the keys, also for absent and repeated ones', async () => {
      const [a, b, missing] = [context.key(), context.key(), context.key()];
      await context.store.put(a, utf8('A'));
      await context.store.put(b, utf8('B'));
      const entries = await context.store.getMany([b, missing, a, b]);
      expect(entries.map((entry) => entry?.value)).toEqual([utf8('B'), undefined, utf8('A'), utf8('B')]);
      expect(entries[2]?.version).toEqual((await context.store.get(a))?.version);
    });

    it('answers nothing for no keys', async () => {
      expect(await context.store.getMany([])).toEqual([]);
    });

    it('answers many keys at once', async () => {
      const keys = Array.from({ length: 50 }, () => context.key());
      await Promise.all(keys.map((key) => context.store.put(key, key)));
      const entries = await context.store.getMany(keys);
      expect(entries.map((entry) => entry?.value)).toEqual(keys);
    });
  });

  describe('put', () => {
    it('replaces what was there', async () => {
      const key = context.key();
      expect((await context.store.put(key, utf8('old'))).outcome).toBe('applied');
      expect((await context.store.put(key, utf8('new'))).outcome).toBe('applied');
      expect((await context.store.get(key))?.value).toEqual(utf8('new'));
    });

    it('changes the version, also when the value stays the same', async () => {
      const key = context.key();
      await context.store.put(key, utf8('same'));
      const before = await context.store.get(key);
      await context.store.put(key, utf8('same'));
      expect((await context.store.get(key))?.version).not.toEqual(before?.version);
    });

    it('answers the new version, if it claims to', async () => {
      const key = context.key();
      const { version } = await context.store.put(key, utf8('value'));
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
      await context.store.put(key, utf8('value'));
      expect((await context.store.remove(key)).outcome).toBe('applied');
      expect(await context.store.get(key)).toBeUndefined();
    });

    it('says that there was nothing to remove', async () => {
      expect((await context.store.remove(context.key())).outcome).toBe('absent');
    });
  });
}
