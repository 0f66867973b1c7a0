import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNodeQuery, splitTarget } from './query-text.js';

describe('parseNodeQuery', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['key=a', { key: 'a' }],
    ['key=a&tb=t;ver=1', { key: 'a', tb: 't', ver: '1' }],
    ['key=a&key=b', { key: 'b' }],
    ['key=a&key=', { key: 'a' }],
    ['=a&key&;;&x=y=z', { x: 'y=z' }],
    ['key&x=1', { x: '1' }],
    ['key=a%20+?b&', { key: 'a%20+?b' }],
  ])('reads %j', (query, parameters) => {
    expect(Object.fromEntries(parseNodeQuery(query))).toEqual(parameters);
  });

  it('reads what splitting at the separators reads', () => {
    const piece = fc.constantFrom('a', 'b=', '=', '&', ';', 'key', '%', '=c', '');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const query = pieces.join('');
        const expected = new Map<string, string>();
        for (const one of query.split(/[&;]/)) {
          const [name, ...rest] = one.split('=');
          const value = rest.join('=');
          if (name !== '' && value !== '') expected.set(name!, value);
        }
        expect(parseNodeQuery(query)).toEqual(expected);
      }),
    );
  });
});

describe('splitTarget', () => {
  it.each([
    ['/get?key=a', '/get', 'key=a'],
    ['/get', '/get', ''],
    ['HTTP://host:1/get?key=a?b#c', '/get', 'key=a?b'],
    ['http://host', '/', ''],
    ['//get?x', '//get', 'x'],
    ['*', '*', ''],
  ])('splits %s', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });
});
