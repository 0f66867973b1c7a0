import { describe, expect, it } from 'vitest';
import {
  escapeControls,
  formatKey,
  formatKeyHeading,
  keyAsArgument,
  keyToJson,
  parseBase64,
  parseKey,
} from './key-text.js';

const binary = Uint8Array.of(0, 1, 0xff);

describe('keys', () => {
  it('are UTF-8 on the command line, or base64', () => {
    expect(parseKey('用户:7', false)).toEqual(new TextEncoder().encode('用户:7'));
    expect(parseKey('AAH/', true)).toEqual(binary);
  });

  it('are base64 in JSON where they are not UTF-8', () => {
    expect(keyToJson(new TextEncoder().encode('a\0b'))).toEqual({ key: 'a\0b' });
    expect(keyToJson(binary)).toEqual({ keyBase64: 'AAH/' });
  });

  it('keep a byte order mark', () => {
    expect(keyToJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toEqual({ key: '\ufeffa' });
  });

  it('cannot steer a terminal', () => {
    expect(formatKey(new TextEncoder().encode('a\u001b[31m\n\u202e'))).toBe('a\\x1b[31m\\n\\u202e');
    expect(formatKey(binary)).toBe('base64:AAH/');
    expect(formatKey(new Uint8Array(0))).toBe("''");
  });

  it('are cut in a heading where they are long', () => {
    expect(formatKeyHeading(new TextEncoder().encode('k'.repeat(3900)))).toBe(`${'k'.repeat(159)}…`);
  });

  it('are quoted for a shell', () => {
    const argument = (text: string): string => keyAsArgument(new TextEncoder().encode(text));
    expect(argument('user:42')).toBe('user:42');
    expect(argument("it's")).toBe("'it'\\''s'");
    expect(argument('-x y')).toBe("-- '-x y'");
    expect(argument('a\0')).toBe('--key-base64 YQA=');
    expect(keyAsArgument(binary)).toBe('--key-base64 AAH/');
  });

  it('refuse what is no base64, naming what it was for', () => {
    expect(() => parseBase64('a!', 'the value')).toThrow('the value is not base64');
    expect(() => parseBase64('AAAAA', 'the key')).toThrow('the key is not base64');
    expect(parseBase64('AP8=\n', 'the value')).toEqual(Uint8Array.of(0, 0xff));
    expect(parseBase64('AP8', 'the value')).toEqual(Uint8Array.of(0, 0xff));
  });
});

it('escapes line separators and tabs', () => {
  expect(escapeControls('a\tb\u2028')).toBe('a\\tb\\u2028');
});
