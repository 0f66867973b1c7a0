import { expect, test } from 'vitest';
import { codecs } from './codecs.js';
import { keyRequest } from './key-request.js';

test('texts of every length and script become the bytes that the codec makes, whoever else asks meanwhile', () => {
  const texts = [
    '',
    'a',
    'b',
    'key-1',
    'key-2',
    'größe',
    '你',
    'x'.repeat(48),
    'y'.repeat(48),
    'z'.repeat(49),
  ];
  const requests = texts.map((text) => keyRequest(codecs.text, text));
  for (const round of [0, 1]) {
    texts.forEach((text, at) => {
      expect(Buffer.from(requests[at]!.key).toString('utf8'), `round ${round}`).toBe(text);
    });
  }
});

test('what the codec refuses is refused', () => {
  expect(() => keyRequest(codecs.text, 7 as unknown as string)).toThrow();
});

test('another codec is asked, also for texts', () => {
  const upper = { ...codecs.text, encode: (text: string) => Buffer.from(text.toUpperCase()) };
  expect(Buffer.from(keyRequest(upper, 'abc').key).toString()).toBe('ABC');
});
