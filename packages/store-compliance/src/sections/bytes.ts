import { toByteString } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { ComplianceContext } from '../compliance-context.js';
import { expectRefusal } from '../expect-refusal.js';
import { everyByte, patterned, utf8 } from '../sample-bytes.js';

/** The longest key that real callers of HustDB HA get through its request line. */
const longKeyBytes = 3900;

/** Keys and values are bytes, whatever they are. */
export function describeBytes(context: ComplianceContext): void {
  const roundTrip = async (key: Uint8Array, value: Uint8Array): Promise<void> => {
    await context.store.put(key, value);
    expect((await context.store.get(key))?.value).toEqual(value);
  };

  describe('bytes', () => {
    it.each([
      ['NUL', Uint8Array.of(0)],
      ['0xff', Uint8Array.of(0xff)],
      ['a value that ends with NUL', Uint8Array.of(97, 0)],
      ['every byte value', everyByte()],
      ['bytes that are not UTF-8', Uint8Array.of(0xc3, 0x28, 0xff, 0xfe)],
    ])('keeps %s as a value', async (_, value) => {
      if (context.anyValue) await roundTrip(context.key(), value);
      else await expectRefusal(() => context.store.put(context.key(), value), 'STORE_INVALID_VALUE');
    });

    it('tells values apart that differ behind a NUL', async () => {
      if (!context.anyValue) return;
      const key = context.key();
      await context.store.put(key, utf8('a\0one'));
      await context.store.put(key, utf8('a\0two'));
      expect((await context.store.get(key))?.value).toEqual(utf8('a\0two'));
    });

    it('keeps a key of every byte value that the store allows', async () => {
      const { forbiddenKeyBytes } = context.capabilities;
      await roundTrip(context.key(everyByte(forbiddenKeyBytes)), context.value('value'));
    });

    it('tells keys apart that differ behind a NUL', async () => {
      const stem = context.key();
      const [one, two] = [1, 2].map((last) => Uint8Array.of(...stem, 0, last)) as [Uint8Array, Uint8Array];
      for (const key of [one, two]) {
        context.removeLater(context.store, key);
        await context.store.put(key, context.value(toByteString(key)));
      }
      for (const key of [one, two]) {
        expect((await context.store.get(key))?.value).toEqual(context.value(toByteString(key)));
      }
      await context.store.remove(one);
      expect(await context.store.get(two)).toBeDefined();
    });

    it('refuses a key with a byte that the store forbids', async () => {
      for (const byte of context.capabilities.forbiddenKeyBytes) {
        const key = context.key(Uint8Array.of(byte));
        await expectRefusal(() => context.store.put(key, context.value('value')), 'STORE_INVALID_KEY');
        await expectRefusal(() => context.store.get(key), 'STORE_INVALID_KEY');
      }
    });

    it('keeps a key of 3.9 KB, or refuses it where keys are shorter', async () => {
      const short = context.key();
      const key = context.key(new Uint8Array(longKeyBytes - short.length - 2).fill(0x78));
      if (key.length > context.capabilities.maxKeyBytes) {
        await expectRefusal(() => context.store.put(key, context.value('value')), 'STORE_INVALID_KEY');
      } else {
        await roundTrip(key, context.value('value'));
      }
    });

    it('keeps an empty value, or refuses it', async () => {
      const key = context.key();
      const empty = new Uint8Array();
      if (context.capabilities.emptyValues) {
        await roundTrip(key, empty);
      } else {
        await expectRefusal(() => context.store.put(key, empty), 'STORE_INVALID_VALUE');
      }
    });

    it('keeps an empty key, or refuses it', async () => {
      const empty = new Uint8Array();
      if (!context.capabilities.emptyKeys) {
        await expectRefusal(() => context.store.put(empty, context.value('value')), 'STORE_INVALID_KEY');
        await expectRefusal(() => context.store.get(empty), 'STORE_INVALID_KEY');
        return;
      }
      context.removeLater(context.store, empty);
      await roundTrip(empty, context.value('value'));
    });

    it('keeps a large value byte for byte', async () => {
      const { maxValueBytes } = context.capabilities;
      if (!context.anyValue) return;
      const value = patterned(Math.min(context.options.largeValueBytes, maxValueBytes));
      const key = context.key();
      await context.store.put(key, value);
      const read = (await context.store.get(key))?.value;
      expect(read?.length).toBe(value.length);
      expect(read?.every((byte, at) => byte === value[at])).toBe(true);
    });
  });
}
