import type { CommandName } from '@kvtwin/hustdb-protocol';
import { describe, expect, it } from 'vitest';
import { checkTold } from './check-told.js';

describe('what a side tells', () => {
  it.each<[CommandName, string | undefined]>([
    ['stat', '{"table":"t","type":"H","count":1,"size":2,"capacity":1024}'],
    ['stat', undefined],
    ['stat_all', '[]'],
    ['file_count', '10'],
    ['cache_ttl', '-1'],
    ['cache_get', 'anything'],
    ['cache_hincrby', '-9223372036854775808'],
    ['cache_hincrbyfloat', '5.25'],
    ['cache_hincrbyfloat', '-1e+30'],
  ])('is passed on: %s %s', (command, told) => {
    expect(checkTold(command, told, 'side')).toBe(told);
  });

  it.each<[CommandName, string]>([
    ['stat', ''],
    ['stat', '"ok"'],
    ['stat_all', '[{"TOTALIZE":'],
    ['file_count', 'It works!'],
    ['cache_ttl', ''],
    ['cache_hincrby', '5.25'],
    ['cache_hincrbyfloat', '1'.repeat(1000)],
  ])('is refused: %s %s', (command, told) => {
    expect(() => checkTold(command, told, 'side')).toThrow(
      expect.objectContaining({ code: 'STORE_PROTOCOL' }),
    );
  });
});
