import { describe, expect, it } from 'vitest';
import { memberAt, parseJsonPath } from './json-path.js';

describe('a path to a JSON member', () => {
  const document = { updated: 7, 'last seen': [{ at: 'noon' }], "it's": true, list: [1, 2] };
  it.each([
    ['$.updated', 7],
    ["$['last seen'][0].at", 'noon'],
    ['$["last seen"][0]["at"]', 'noon'],
    ["$['it\\'s']", true],
    ['$.list[1]', 2],
    ['$.list[2]', undefined],
    ['$.list.length', undefined],
    ['$.updated.more', undefined],
    ['$.constructor', undefined],
  ])('%s', (path, member) => {
    expect(memberAt(document, parseJsonPath(path))).toEqual(member);
  });

  it.each(['updated', '$', '$.', '$..updated', '$.*', '$[*]', '$[?(@.a)]', '$.a b', ''])(
    'refuses %j',
    (path) => {
      expect(() => parseJsonPath(path)).toThrow(/is no path to one JSON member at position \d/);
    },
  );
});
