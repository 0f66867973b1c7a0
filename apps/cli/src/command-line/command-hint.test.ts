import { describe, expect, it } from 'vitest';
import { commandHint } from './command-hint.js';

const key = new TextEncoder().encode('user:1');

describe('commandHint', () => {
  it('names the sides and the table as the call did', () => {
    const place = { first: 'hotrod://a:1/c?layout=typed', second: 'lon', table: 't' };
    expect(commandHint('get', key, place)).toBe(
      "kvtwin get user:1 --first 'hotrod://a:1/c?layout=typed' --second lon --table t",
    );
  });

  it('shows no password', () => {
    const place = { pair: 'hustdb+ha://app:secret@h:1' };
    expect(commandHint('get', key, place)).toBe("kvtwin get user:1 --pair 'hustdb+ha://***@h:1'");
  });

  it('puts a key that looks like a flag behind all flags', () => {
    const dashed = new TextEncoder().encode('-k');
    expect(commandHint('get', dashed, { table: 't' }, ['--raw', 'first'])).toBe(
      "kvtwin get --table t --raw first -- '-k'",
    );
  });
});
