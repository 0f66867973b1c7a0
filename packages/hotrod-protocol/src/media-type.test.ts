import { hotRodPrimitives } from '@kvtwin/testkit';
import { expect, test } from 'vitest';
import {
  isUnknownMediaType,
  mediaTypeName,
  mediaTypeOf,
  NO_MEDIA_TYPE,
  OCTET_STREAM,
  PREDEFINED_MEDIA_TYPES,
} from './index.js';

test('the predefined ids are those of the real classes', () => {
  const known = Object.fromEntries(Object.entries(PREDEFINED_MEDIA_TYPES).map(([id, name]) => [id, name]));
  expect(known).toMatchObject(hotRodPrimitives().media_type_ids);
});

test.each([
  ['application/octet-stream', OCTET_STREAM],
  [
    'Text/Plain; charset=utf-16',
    { definition: 'predefined', id: 13, parameters: [{ name: 'charset', value: 'utf-16' }] },
  ],
  ['foo/bar', { definition: 'custom', name: 'foo/bar', parameters: [] }],
])('%s by its name', (name, type) => {
  expect(mediaTypeOf(name)).toEqual(type);
  expect(mediaTypeName(mediaTypeOf(name))?.toLowerCase()).toBe(name.toLowerCase());
});

test.each(['', 'text', 'a/b/c', 'a/b; =x', 'a b/c'])('%j is no media type', (text) => {
  expect(() => mediaTypeOf(text)).toThrow(expect.objectContaining({ code: 'HOTROD_INVALID_ARGUMENT' }));
});

test('none and unknown ids have no name', () => {
  expect(mediaTypeName(NO_MEDIA_TYPE)).toBeUndefined();
  const unknown = { definition: 'predefined', id: 99, parameters: [] } as const;
  expect(mediaTypeName(unknown)).toBeUndefined();
  expect([unknown, OCTET_STREAM, undefined].map(isUnknownMediaType)).toEqual([true, false, false]);
});
