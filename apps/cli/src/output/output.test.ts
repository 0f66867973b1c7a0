import { describe, expect, it } from 'vitest';
import type { CliOutput } from '../command-line/cli-io.js';
import { colorsFor } from './output.js';

const output = (isTTY: boolean): CliOutput => ({
  write: () => true,
  drained: async () => {},
  isTTY,
  columns: 80,
});

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('on a terminal: %s, with %j: %s', (isTTY, env, coloured) => {
    expect(colorsFor(output(isTTY), env).isColorSupported).toBe(coloured);
  });
});
