import { toByteString } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';

/** Arrays that go in stay the caller's; arrays that come out become the caller's. */
export function describeOwnership(context: ComplianceContext): void {
  describe('ownership of arrays', () => {
    it('keeps neither the key nor the value that was handed in', async () => {
      const key = context.key();
      const original = key.slice();
      const value = context.value('value');
      await context.store.put(key, value);
      key.fill(0x2e);
      value.fill(0);
      expect((await context.store.get(original))?.value).toEqual(context.value('value'));
    });

    it('hands out copies', async () => {
      const key = context.key();
      await context.store.put(key, context.value('value'));
      (await context.store.get(key))?.value.fill(0);
      (await context.store.getMany([key]))[0]?.value.fill(0);
      expect((await context.store.get(key))?.value).toEqual(context.value('value'));
    });

    it('hands out copies in a scan', async () => {
      if (context.capabilities.scan === 'none') return;
      const key = context.key();
      await context.store.put(key, context.value('value'));
      for await (const { entries } of context.store.scan()) {
        for (const shown of entries) {
          if (toByteString(shown.key) !== toByteString(key)) continue;
          shown.key.fill(0);
          shown.entry.value.fill(0);
        }
      }
      expect((await context.store.get(key))?.value).toEqual(context.value('value'));
    });
  });
}
