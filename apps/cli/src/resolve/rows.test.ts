import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstHexDifference, hexRowCount, hexRows } from './hex-rows.js';
import { compactJson, parseJsonNode, prettyJson } from './json-node.js';
import { jsonRows } from './json-rows.js';
import type { PaneRow } from './pane-row.js';
import { fitLine, lineWidth, type StyledLine, span, wrapLine } from './styled-line.js';
import { textRows } from './text-rows.js';
import { maxShownCharacters, viewValues } from './value-view.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (line: StyledLine): string => line.map((piece) => piece.text).join('');
const shown = (rows: readonly PaneRow[]): string[] =>
  rows.map(({ left, mark, right }) => `${text(left)}|${mark}|${text(right)}`);
const tree = (a: string | undefined, b: string | undefined): string[] =>
  shown(
    jsonRows(a === undefined ? undefined : parseJsonNode(a), b === undefined ? undefined : parseJsonNode(b)),
  );

describe('the JSON tree of two values', () => {
  it('marks changed paths, and what only one side has', () => {
    const a = '{"name":"Ada","seats":5,"tags":["x","y"],"address":{"city":"Paris","zip":"1"},"old":true}';
    const b =
      '{"name":"Ada","seats":8,"tags":["x","z","w"],"address":{"city":"Lyon","zip":"1"},"new":{"a":1}}';
    expect(tree(a, b)).toEqual([
      '{|≠|{',
      '  "name": "Ada"| |  "name": "Ada"',
      '  "seats": [-5-]|≠|  "seats": {+8+}',
      '  "tags": [|≠|  "tags": [',
      '    "x"| |    "x"',
      '    "[-y-]"|≠|    "{+z+}"',
      '|>|    {+"w"+}',
      '  ]| |  ]',
      '  "address": {|≠|  "address": {',
      '    "city": "[-Paris-]"|≠|    "city": "{+Lyon+}"',
      '    "zip": "1"| |    "zip": "1"',
      '  }| |  }',
      '  [-"old": true-]|<|',
      '|>|  {+"new": {+}',
      '|>|    {+"a": 1+}',
      '|>|  {+}+}',
      '}| |}',
    ]);
  });

  it('keeps numbers as they are spelled, and tells them apart by that', () => {
    expect(tree('{"n":1.0,"big":12345678901234567890}', '{"n":1,"big":12345678901234567891}')).toEqual([
      '{|≠|{',
      '  "n": 1[-.0-]|≠|  "n": 1',
      '  "big": 1234567890123456789[-0-]|≠|  "big": 1234567890123456789{+1+}',
      '}| |}',
    ]);
  });

  it('shows a value of another kind, a name that comes twice, and one side alone', () => {
    expect(tree('{"a":{"b":1}}', '{"a":[1]}')[1]).toMatch(/^ {2}"a": .*\|≠\|/);
    expect(tree('{"a":1,"a":2}', '{"a":1,"a":3}').filter((row) => row.includes('≠'))).toHaveLength(2);
    expect(tree('[1]', undefined)).toEqual(['[| |', '  1| |', ']| |']);
    expect(tree(undefined, '{}')).toEqual(['| |{}']);
  });

  it('lets no control character through', () => {
    expect(tree('"\u202ea\u0085"', undefined)).toEqual(['"\\u202ea\\x85"| |']);
  });
});

describe('JSON as it is written', () => {
  it('is the same value after it was laid out and put together again', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const node = parseJsonNode(json)!;
        expect(JSON.parse(compactJson(node))).toEqual(JSON.parse(json));
        expect(JSON.parse(prettyJson(node).join('\n'))).toEqual(JSON.parse(json));
        expect(compactJson(parseJsonNode(prettyJson(node).join('\n'))!)).toBe(compactJson(node));
      }),
    );
  });

  it.each(['', '{', '{"a":1,}', 'nul', '[1 2]', '['.repeat(300) + ']'.repeat(300)])('is not %s', (bad) =>
    expect(parseJsonNode(bad)).toBeUndefined(),
  );
});

describe('two texts', () => {
  it('stand line beside line', () => {
    expect(shown(textRows('one\ntwo\nthree', 'one\n2\nthree\nfour'))).toEqual([
      'one| |one',
      '[-two-]|≠|{+2+}',
      'three| |three',
      '|>|{+four+}',
    ]);
  });

  it('are compared line by line where there are too many', () => {
    const lines = Array.from({ length: 4000 }, (_, at) => `line ${at}`);
    const rows = textRows(
      lines.join('\n'),
      lines.map((line, at) => (at % 2 === 0 ? line : `${line}!`)).join('\n'),
    );
    expect(rows).toHaveLength(4000);
    expect(rows.filter(({ mark }) => mark === '≠')).toHaveLength(2000);
  });
});

describe('two values in hex', () => {
  const a = Uint8Array.from({ length: 40 }, (_, at) => at);
  const b = a.map((byte, at) => (at === 17 ? 0xff : byte));

  it('mark each byte that differs', () => {
    expect(hexRowCount(a, b, 16)).toBe(3);
    expect(shown(hexRows(a, b, 16, 1, 1))).toEqual([
      '0010 10*11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f ................|≠|' +
        '0010 10*ff 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f ................',
    ]);
    expect(firstHexDifference(a, b, 16)).toBe(1);
    expect(firstHexDifference(a, a, 16)).toBe(0);
    expect(shown(hexRows(a, a.subarray(0, 34), 16, 2, 5))[0]).toMatch(
      /^0020 20 21\*22\*23\*24\*25\*26\*27 {25} !"#\$%&'\|≠\|0020 20 21 {43} !$/,
    );
  });

  it('are laid out by the screenful, however large', () => {
    const large = new Uint8Array(64 * 1024 * 1024);
    const view = viewValues([large, large], 'hex', 37);
    expect(view.rowCount).toBeGreaterThan(8_000_000);
    expect(view.rows(view.rowCount - 2, 10)).toHaveLength(2);
  });
});

describe('the view of two values', () => {
  it('is a tree, else text, else hex, and says where a wish cannot be granted', () => {
    expect(viewValues([utf8('{"a":1}'), utf8('[]')], undefined, 30).mode).toBe('tree');
    expect(viewValues([utf8('{"a":1}'), utf8('hello')], undefined, 30).mode).toBe('text');
    expect(viewValues([utf8('hello'), undefined], 'tree', 30)).toMatchObject({
      mode: 'text',
      note: 'not JSON: shown as text',
    });
    expect(viewValues([utf8('a'), Uint8Array.of(0xff)], undefined, 30).mode).toBe('hex');
    expect(viewValues([utf8('a'), Uint8Array.of(0xff)], 'text', 30)).toMatchObject({
      mode: 'hex',
      note: 'not UTF-8: shown in hex',
    });
  });

  it('says where values are the same JSON in other bytes, and where it shows only a part', () => {
    expect(viewValues([utf8('{"a":1}'), utf8('{ "a": 1 }')], undefined, 30).note).toContain('other bytes');
    const long = viewValues([utf8('x'.repeat(maxShownCharacters + 1)), utf8('x')], undefined, 30);
    expect(long).toMatchObject({ mode: 'text' });
    expect(long.note).toContain('only the beginning');
  });
});

describe('a line of the screen', () => {
  it('is cut and filled up to its columns, wide characters whole', () => {
    const line = [span('用户 '), span('名字', 'bold')];
    expect(lineWidth(line)).toBe(9);
    for (let columns = 1; columns < 15; columns++) {
      expect(lineWidth(fitLine(line, columns))).toBe(columns);
    }
    expect(text(fitLine(line, 8))).toBe('用户 名…');
    expect(text(fitLine(line, 7))).toBe('用户 … ');
  });

  it('goes on below, and loses nothing', () => {
    const line = [span('abc'), span('用户名字', 'changed'), span('def')];
    const lines = wrapLine(line, 4);
    expect(lines.map(text)).toEqual(['abc', '用户', '名字', 'def']);
    expect(wrapLine([], 4)).toEqual([[]]);
  });
});
