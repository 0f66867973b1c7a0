import { describe, expect, it } from 'vitest';
import { bodyFraming } from './body-framing.js';
import { parseHeaderLines } from './header-lines.js';

describe('parseHeaderLines', () => {
  it('reads names and values, with blanks around a value taken off', () => {
    expect(parseHeaderLines('Host: a\r\nX:\t b c \t\r\nEmpty:\r\nRaw: \xe4\xa0\r\n')).toEqual([
      ['Host', 'a'],
      ['X', 'b c'],
      ['Empty', ''],
      ['Raw', '\xe4\xa0'],
    ]);
    expect(parseHeaderLines('')).toEqual([]);
  });

  it.each([
    ['no colon', 'Host\r\n'],
    ['no name', ': a\r\n'],
    ['a blank before the colon', 'Host : a\r\n'],
    ['a line that goes on', 'Host: a\r\n b\r\n'],
    ['a bare line feed', 'Host: a\nX: b\r\n'],
    ['a bare carriage return', 'Host: a\rX: b\r\n'],
    ['a NUL', 'Host: a\0\r\n'],
    ['a line that does not end', 'Host: a'],
  ])('refuses %s', (_name, lines) => {
    expect(parseHeaderLines(lines)).toBeUndefined();
  });

  it('takes time in proportion to its length', () => {
    const started = performance.now();
    expect(parseHeaderLines(`X:${' '.repeat(1_000_000)}\x01\r\n`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('bodyFraming', () => {
  it.each([
    [[], 'none'],
    [[['Content-Length', '12']], 12],
    [
      [
        ['content-length', '12'],
        ['CONTENT-LENGTH', '12'],
      ],
      12,
    ],
    [[['Transfer-Encoding', 'Chunked']], 'chunked'],
    [
      [
        ['Content-Length', '1'],
        ['Content-Length', '2'],
      ],
      'contradictory',
    ],
    [
      [
        ['Content-Length', '1'],
        ['Transfer-Encoding', 'chunked'],
      ],
      'contradictory',
    ],
    [
      [
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ],
      'contradictory',
    ],
    [[['Transfer-Encoding', 'gzip, chunked']], 'contradictory'],
    [[['Transfer-Encoding', 'identity']], 'contradictory'],
    [[['Content-Length', '+1']], 'contradictory'],
    [[['Content-Length', '1, 1']], 'contradictory'],
    [[['Content-Length', '']], 'contradictory'],
    [[['Content-Length', '9999999999999999']], 'contradictory'],
  ] as const)('reads %j as %s', (headers, framing) => {
    expect(bodyFraming(headers)).toBe(framing);
  });
});
