import { describe, expect, it } from 'vitest';
import { cutToColumns, displayWidth, padEndColumns, padStartColumns } from './display-width.js';

describe('columns of a terminal', () => {
  it.each([
    ['abc', 3],
    ['用户', 4],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['é', 1],
    ['e\u0301', 1],
    ['🚀', 2],
    ['', 0],
  ])('%s takes %i', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it('pads by columns, not by characters', () => {
    expect(padEndColumns('用户', 6)).toBe('用户  ');
    expect(padStartColumns('用户', 6)).toBe('  用户');
    expect(padEndColumns('long', 2)).toBe('long');
  });

  it('cuts before a wide character that does not fit', () => {
    expect(cutToColumns('用户用户', 6)).toBe('用户…');
    expect(cutToColumns('abc', 3)).toBe('abc');
  });
});
