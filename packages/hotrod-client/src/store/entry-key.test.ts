import { ByteReader } from '@kvtwin/bytes';
import { describe, expect, it } from 'vitest';
import { entryKeyPrefix, joinEntryKey, memberOfEntryKey, tableMarkerKey } from './entry-key.js';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('the key of an entry', () => {
  it('is a type byte, the table with its length, and the member', () => {
    expect(joinEntryKey(entryKeyPrefix('hash', 'users'), utf8('42'))).toEqual(
      Uint8Array.of(0x68, 5, ...utf8('users'), ...utf8('42')),
    );
    expect(entryKeyPrefix('kv', '')).toEqual(Uint8Array.of(0x6b, 0));
    expect(tableMarkerKey('t')).toEqual(Uint8Array.of(0x74, 1, 0x74));
  });

  it('has the length as a vInt', () => {
    const prefix = entryKeyPrefix('set', 'x'.repeat(300));
    const reader = new ByteReader();
    reader.push(prefix.subarray(1));
    expect(reader.string()).toBe('x'.repeat(300));
    expect(reader.available).toBe(0);
  });

  it('gives the member back, and none for another table or type', () => {
    const key = joinEntryKey(entryKeyPrefix('hash', 'a'), Uint8Array.of(0, 0xff));
    expect(memberOfEntryKey(entryKeyPrefix('hash', 'a'), key)).toEqual(Uint8Array.of(0, 0xff));
    expect(memberOfEntryKey(entryKeyPrefix('hash', 'b'), key)).toBeUndefined();
    expect(memberOfEntryKey(entryKeyPrefix('set', 'a'), key)).toBeUndefined();
    expect(memberOfEntryKey(entryKeyPrefix('hash', 'ab'), key)).toBeUndefined();
    expect(memberOfEntryKey(new Uint8Array(), key)).toEqual(key);
  });

  it('of one table never begins like a key of another', () => {
    const one = joinEntryKey(entryKeyPrefix('hash', 'a'), utf8('bc'));
    const other = joinEntryKey(entryKeyPrefix('hash', 'ab'), utf8('c'));
    expect(one).not.toEqual(other);
  });
});
