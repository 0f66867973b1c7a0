import { mediaTypeOf, NO_MEDIA_TYPE, segmentOfKey } from '@kvtwin/hotrod-protocol';
import { fromHex, toHex } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { type StoredKeyForm, storedKey, storedKeyForm } from './stored-key.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the form of a key in its cache', () => {
  it.each<[string, string | undefined, StoredKeyForm]>([
    ['text/plain', 'text/plain', 'same'],
    ['text/plain', 'application/octet-stream', 'same'],
    ['application/octet-stream', 'text/plain', 'same'],
    ['text/plain; charset=utf-8', 'text/plain', 'same'],
    ['text/plain; charset=utf-16', 'text/plain', 'unknown'],
    ['application/x-protostream', 'application/x-protostream', 'same'],
    ['application/json', 'application/json', 'same'],
    ['text/plain', 'application/x-protostream', 'text'],
    ['application/json', 'application/x-protostream', 'json'],
    ['application/octet-stream', 'application/x-protostream', 'unknown'],
    ['application/json', 'text/plain', 'unknown'],
    ['text/plain', 'application/x-java-object', 'unknown'],
    ['application/x-java-object', 'application/x-java-object', 'unknown'],
    ['text/plain', undefined, 'same'],
  ])('from %s to %s is %s', (sent, stored, form) => {
    expect(storedKeyForm(mediaTypeOf(sent), stored === undefined ? undefined : mediaTypeOf(stored))).toBe(
      form,
    );
  });

  it('is the storage form where nothing is said of the key, but for objects', () => {
    expect(storedKeyForm(NO_MEDIA_TYPE, mediaTypeOf('application/x-protostream'))).toBe('same');
    expect(storedKeyForm(NO_MEDIA_TYPE, mediaTypeOf('application/x-java-object'))).toBe('unknown');
    expect(storedKeyForm(NO_MEDIA_TYPE, NO_MEDIA_TYPE)).toBe('same');
  });
});

describe('the bytes of a key in its cache', () => {
  it('of a text are those of its WrappedMessage', () => {
    const key = storedKey('text', utf8('key')) as Uint8Array;
    expect(toHex(key)).toBe('4a036b6579');
    expect([20, 256, 1000].map((segments) => segmentOfKey(key, segments))).toEqual([6, 83, 326]);
    expect(toHex(storedKey('text', new Uint8Array(300)) as Uint8Array).slice(0, 8)).toBe('4aac0200');
  });

  it('of a JSON string are the same, bare or typed', () => {
    for (const json of ['"key"', '{"_type":"string","_value":"key"}']) {
      expect(toHex(storedKey('json', utf8(json)) as Uint8Array)).toBe('4a036b6579');
    }
  });

  it.each(['1', '{"_type":"Person","name":"key"}', 'null', '{', ''])(
    'of the JSON %j are not known',
    (json) => {
      expect(storedKey('json', utf8(json))).toBeUndefined();
    },
  );

  it('are what was sent, or not known', () => {
    const key = fromHex('00ff');
    expect(storedKey('same', key)).toBe(key);
    expect(storedKey('unknown', key)).toBeUndefined();
  });
});
