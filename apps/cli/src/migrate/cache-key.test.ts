import type { StoreType } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { locateCacheKey, markerKeyOf } from './cache-key.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const keyOf = (type: string, table: string, member: string): Uint8Array =>
  Uint8Array.of(type.charCodeAt(0), table.length, ...utf8(table), ...utf8(member));

/** What the cache has markers of. */
const tables: Readonly<Record<string, StoreType>> = { sessions: 'hash', tags: 'set', board: 'zset' };
const typeOf = async (table: string): Promise<StoreType | undefined> =>
  Object.hasOwn(tables, table) ? tables[table] : undefined;
const locate = (key: Uint8Array, typed = false) => locateCacheKey(key, typed, typeOf);

describe('a key of a cache that kv and tables share', () => {
  it.each([
    ['h', 'sessions', 'hash'],
    ['s', 'tags', 'set'],
    ['z', 'board', 'zset'],
  ])('%s %s is an entry of a %s', async (byte, table, type) => {
    expect(await locate(keyOf(byte, table, 'm'))).toEqual({ type, table, key: utf8('m') });
    expect(await locate(keyOf(byte, table, ''))).toEqual({ type, table, key: utf8('') });
  });

  it('is a kv key where there is no such table, or one of another type', async () => {
    for (const key of [
      keyOf('h', 'nothing', 'm'),
      keyOf('s', 'sessions', 'm'),
      utf8('user:42'),
      new Uint8Array(),
    ]) {
      expect(await locate(key)).toEqual({ type: 'kv', key });
    }
  });

  it('is nobody’s where it is a marker, and a kv key where it only looks like one', async () => {
    expect(await locate(markerKeyOf('sessions'))).toBe('ours');
    const strange = markerKeyOf('nothing');
    expect(await locate(strange)).toEqual({ type: 'kv', key: strange });
    const longer = Uint8Array.of(...markerKeyOf('sessions'), 1);
    expect(await locate(longer)).toEqual({ type: 'kv', key: longer });
  });

  it('stands behind a type byte where kv keys are typed; what does not is nobody’s', async () => {
    expect(await locate(Uint8Array.of(0x6b, 0, ...utf8('a')), true)).toEqual({ type: 'kv', key: utf8('a') });
    expect(await locate(utf8('a'), true)).toBeUndefined();
    expect(await locate(keyOf('h', 'sessions', 'm'), true)).toMatchObject({ type: 'hash' });
  });

  it('with a name that is no UTF-8, or cut off, is a kv key', async () => {
    for (const key of [
      Uint8Array.of(0x68, 2, 0xff, 0xfe, 1),
      Uint8Array.of(0x68, 9, 0x61),
      Uint8Array.of(0x68, 0, 1),
    ]) {
      expect(await locate(key)).toEqual({ type: 'kv', key });
    }
  });
});
