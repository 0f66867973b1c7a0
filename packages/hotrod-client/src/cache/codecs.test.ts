import { describe, expect, it } from 'vitest';
import { codecs } from './codecs.js';

describe('codecs', () => {
  it.each(['', 'plain', 'grüße', '日本', '😀', 'a\0b', '\ufeffbom', 'x'.repeat(10_000)])(
    'keep the text %j',
    (text) => {
      expect(codecs.text.decode(codecs.text.encode(text))).toBe(text);
    },
  );

  it.each([null, 0, '', [1, { a: null }], { grüße: '😀' }])('keep %j as JSON', (value) => {
    expect(codecs.json().decode(codecs.json().encode(value))).toEqual(value);
  });

  it('keep bytes as they are', () => {
    const bytes = Uint8Array.of(0, 255);
    expect(codecs.bytes.encode(bytes)).toBe(bytes);
    expect(codecs.storage.decode(bytes)).toBe(bytes);
  });

  it.each([
    ['text', () => codecs.text.encode(1 as never)],
    ['text', () => codecs.text.encode(undefined as never)],
    ['bytes', () => codecs.bytes.encode('text' as never)],
    ['bytes', () => codecs.bytes.encode(null as never)],
    ['json', () => codecs.json().encode(undefined)],
    ['json', () => codecs.json().encode(() => 1)],
  ])('%s refuses what it cannot hold', (_, encode) => {
    expect(encode).toThrow(TypeError);
  });
});
