import { expect, it } from 'vitest';
import { similarWord } from './similar-word.js';

it.each([
  ['gte', 'get'],
  ['dif', 'diff'],
  ['scn', 'scan'],
  ['resolve', undefined],
  ['', undefined],
])('%j is probably %j', (word, meant) => {
  expect(similarWord(word, ['get', 'put', 'scan', 'diff'])).toBe(meant);
});
