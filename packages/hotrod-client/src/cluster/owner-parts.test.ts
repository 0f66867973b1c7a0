import { expect, test } from 'vitest';
import { callTarget } from '../call-target.js';
import { ownerParts } from './owner-parts.js';

const target = callTarget({ cacheName: 'users' });
const keys = Array.from({ length: 10 }, (_, at) => Uint8Array.of(at));
const router = { ownerOf: (_: unknown, key: Uint8Array) => (key[0] as number) % 3 };

test('each server has one list, in the order of the first keys', () => {
  expect(ownerParts(router, target, keys)).toEqual([
    [0, 3, 6, 9],
    [1, 4, 7],
    [2, 5, 8],
  ]);
});

test('a list that is full is followed by another one of the same server', () => {
  expect(ownerParts(router, target, keys, 2)).toEqual([[0, 3], [1, 4], [2, 5], [6, 9], [7], [8]]);
  expect(ownerParts(router, target, [], 2)).toEqual([]);
});
