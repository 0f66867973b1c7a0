import { StoreError, type StoreSelector } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { expectRefusal } from '../expect-refusal.js';
import { utf8 } from '../sample-bytes.js';

/** Tables are apart from each other and from kv, and keep to their type. */
export function describeTables(context: ComplianceContext): void {
  const hash = (): StoreSelector => ({ type: 'hash', table: context.table() });

  describe('tables', () => {
    it('keep the same key apart', async () => {
      const key = context.key();
      const stores = [
        await context.family.open({ type: 'kv' }),
        await context.family.open(hash()),
        await context.family.open(hash()),
      ];
      for (const [at, store] of stores.entries()) {
        context.removeLater(store, key);
        await store.put(key, utf8(`store ${at}`));
      }
      for (const [at, store] of stores.entries()) {
        expect((await store.get(key))?.value).toEqual(utf8(`store ${at}`));
      }
      await stores[1]!.remove(key);
      expect(await stores[1]!.get(key)).toBeUndefined();
      expect((await stores[2]!.get(key))?.value).toEqual(utf8('store 2'));
    });

    it('show only their own keys in a scan', async () => {
      const [one, two] = [await context.family.open(hash()), await context.family.open(hash())];
      if (one.capabilities.scan === 'none') return;
      const [mine, others] = [context.key(), context.key()];
      context.removeLater(one, mine);
      context.removeLater(two, others);
      await one.put(mine, utf8('mine'));
      await two.put(others, utf8('others'));
      const shown: Uint8Array[] = [];
      for await (const { entries } of one.scan()) shown.push(...entries.map(({ key }) => key));
      expect(shown).toEqual([mine]);
    });

    it('are read as empty before anything is written', async () => {
      const store = await context.family.open(hash());
      expect(await store.get(context.key())).toBeUndefined();
      if (store.capabilities.scan === 'none') return;
      for await (const { entries } of store.scan()) expect(entries).toEqual([]);
    });

    it('refuse to be read or written as another type', async () => {
      const selector = hash();
      const key = context.key();
      const store = await context.family.open(selector);
      context.removeLater(store, key);
      await store.put(key, utf8('value'));
      const asSet = async () => context.family.open({ ...selector, type: 'set' });
      await expectRefusal(async () => (await asSet()).get(key), 'STORE_WRONG_TYPE', 'STORE_UNSUPPORTED');
      await expectRefusal(
        async () => (await asSet()).put(key, new Uint8Array()),
        'STORE_WRONG_TYPE',
        'STORE_UNSUPPORTED',
        'STORE_INVALID_VALUE',
      );
      expect((await store.get(key))?.value).toEqual(utf8('value'));
    });

    it('refuse a selector that makes no sense', async () => {
      await expectRefusal(() => context.family.open({ type: 'hash' }), 'STORE_INVALID_ARGUMENT');
      await expectRefusal(
        () => context.family.open({ type: 'kv', table: context.table() }),
        'STORE_INVALID_ARGUMENT',
      );
    });
  });

  describe('family', () => {
    it('answers a ping', async () => {
      await context.family.ping();
    });

    it('aborts a ping whose signal has fired', async () => {
      const thrown = await context.family
        .ping({ signal: AbortSignal.abort() })
        .catch((error: unknown) => error);
      expect(StoreError.is(thrown) && thrown.code).toBe('STORE_ABORTED');
    });

    it('names itself and its stores without a password', () => {
      for (const { name } of [context.family, context.store]) expect(name).not.toMatch(/:[^/@]*@/);
    });
  });
}
