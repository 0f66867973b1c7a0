import { type ScanOptions, toByteString } from '@kvtwin/versioned-value';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { expectRefusal } from '../expect-refusal.js';

/** scan: everything comes, resuming loses nothing, breaking off leaves the store usable. */
export function describeScan(context: ComplianceContext): void {
  let keys: Uint8Array[] = [];

  const valueFor = (key: Uint8Array): Uint8Array => context.value(toByteString(key));

  const shownBy = async (options: ScanOptions): Promise<Map<string, string>> => {
    const shown = new Map<string, string>();
    for await (const { entries } of context.store.scan(options)) {
      for (const { key, entry } of entries) shown.set(toByteString(key), toByteString(entry.value));
    }
    return shown;
  };
  const expectAll = (shown: Map<string, string>): void => {
    const missing = keys.filter((key) => shown.get(toByteString(key)) !== toByteString(valueFor(key)));
    expect(missing).toEqual([]);
  };

  describe('scan', () => {
    beforeAll(async () => {
      keys = Array.from({ length: context.options.scanKeys }, () => context.key());
      for (let at = 0; at < keys.length; at += 20) {
        await Promise.all(keys.slice(at, at + 20).map((key) => context.store.put(key, valueFor(key))));
      }
    });

    it('shows every key with its value, or is refused where it is not claimed', async () => {
      if (context.capabilities.scan === 'none') {
        await expectRefusal(() => shownBy({}), 'STORE_UNSUPPORTED');
        return;
      }
      expectAll(await shownBy({}));
    });

    it.each([1, 7, 100_000])('shows every key in batches of %i', async (batchSize) => {
      if (context.capabilities.scan === 'none') return;
      expectAll(await shownBy({ batchSize }));
    });

    it('tells the versions that a get tells', async () => {
      if (context.capabilities.scan === 'none') return;
      const versions = new Map<string, unknown>();
      for await (const { entries } of context.store.scan()) {
        for (const { key, entry } of entries) versions.set(toByteString(key), entry.version);
      }
      for (const key of keys.slice(0, 5)) {
        expect(versions.get(toByteString(key))).toEqual((await context.store.get(key))?.version);
      }
    });

    it('shows every key in just one of its parts, and in the same one each time', async () => {
      const parts = await context.store.parts?.();
      if (parts === undefined) return;
      const partOf = new Map<string, number>();
      for (let round = 0; round < 2; round++) {
        const shown = new Map<string, string>();
        for (let part = 0; part < parts.count; part++) {
          for (const [key, value] of await shownBy({ part })) {
            expect(partOf.get(key) ?? part).toBe(part);
            partOf.set(key, part);
            shown.set(key, value);
          }
        }
        expectAll(shown);
      }
      expect((await context.store.parts?.())?.scheme).toBe(parts.scheme);
    });

    it('resumes behind a batch without losing a key', async () => {
      if (context.capabilities.scan === 'none') return;
      const shown = new Map<string, string>();
      let cursor: string | undefined;
      for (let resumed = 0; resumed < 3; resumed++) {
        for await (const batch of context.store.scan({ batchSize: 25, cursor })) {
          for (const { key, entry } of batch.entries) shown.set(toByteString(key), toByteString(entry.value));
          cursor = batch.cursor;
          if (batch.entries.length > 0) break;
        }
      }
      for (const [key, value] of await shownBy({ batchSize: 25, cursor })) shown.set(key, value);
      expectAll(shown);
    });

    it('stays usable when a scan is broken off', async () => {
      if (context.capabilities.scan === 'none') return;
      for (let round = 0; round < 5; round++) {
        for await (const _ of context.store.scan({ batchSize: 10 })) break;
      }
      const [key] = keys;
      expect((await context.store.get(key!))?.value).toEqual(valueFor(key!));
      expectAll(await shownBy({}));
    });

    it('shows the keys that stay while others come and go', async () => {
      if (context.capabilities.scan === 'none') return;
      const shown = new Set<string>();
      for await (const { entries } of context.store.scan({ batchSize: 10 })) {
        for (const { key } of entries) shown.add(toByteString(key));
        const fleeting = context.key();
        await context.store.put(fleeting, valueFor(fleeting));
        await context.store.remove(fleeting);
        if (shown.size > 5 * keys.length) break;
      }
      expect(keys.filter((key) => !shown.has(toByteString(key)))).toEqual([]);
    });

    it('stops when the signal fires', async () => {
      if (context.capabilities.scan === 'none') return;
      const controller = new AbortController();
      const scanned = async (): Promise<void> => {
        for await (const _ of context.store.scan({ batchSize: 1, signal: controller.signal })) {
          controller.abort();
        }
      };
      await expectRefusal(scanned, 'STORE_ABORTED');
    });

    it.each([0, -1, 1.5, 100_001])('refuses a batch size of %s', async (batchSize) => {
      if (context.capabilities.scan === 'none') return;
      await expectRefusal(() => shownBy({ batchSize }), 'STORE_INVALID_ARGUMENT');
    });

    it('refuses a cursor that it never gave out', async () => {
      if (context.capabilities.scan === 'none') return;
      await expectRefusal(() => shownBy({ cursor: 'not a cursor' }), 'STORE_INVALID_ARGUMENT');
    });
  });
}
