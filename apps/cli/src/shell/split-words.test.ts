import { expect, it } from 'vitest';
import { splitWords } from './split-words.js';

it.each([
  ['', []],
  ['  get  user:1 ', ['get', 'user:1']],
  [`put k '{"name": "Ada"}'`, ['put', 'k', '{"name": "Ada"}']],
  [`put k "it's \\"so\\" \\\\ \\n"`, ['put', 'k', `it's "so" \\ \\n`]],
  ['put a\\ b ""', ['put', 'a b', '']],
  [`a'b'"c"d`, ['abcd']],
  ['get k # why', ['get', 'k']],
  ['get k#1', ['get', 'k#1']],
  ['put 用户 值', ['put', '用户', '值']],
])('%s is %j', (line, words) => {
  expect(splitWords(line)).toEqual({ words });
});

it.each([
  ["put k 'open", "'"],
  ['put k "open \\"', '"'],
  ['put k \\', '\\'],
])('%s is not closed', (line, open) => {
  expect(splitWords(line)).toEqual({ open });
});
