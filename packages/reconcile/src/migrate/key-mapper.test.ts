import { describe, expect, it } from 'vitest';
import { KeyMapper } from './key-mapper.js';
import { parseMapping } from './parse-mapping.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const mapperOf = (...rules: unknown[]): KeyMapper =>
  new KeyMapper(parseMapping(JSON.stringify({ format: 'kvtwin.mapping/1', rules })));

describe('a key mapper', () => {
  it('sends what no rule fits where it was', () => {
    const mapper = mapperOf({ type: 'set', skip: true });
    expect(mapper.map({ type: 'kv', key: utf8('a') }).target).toEqual({ type: 'kv' });
    expect(mapper.map({ type: 'hash', table: 't', key: utf8('a') }).target).toEqual({
      type: 'hash',
      table: 't',
    });
    expect(mapper.map({ type: 'set', table: 't', key: utf8('a') }).target).toBeUndefined();
  });

  it('lets the first rule that fits decide alone', () => {
    const mapper = mapperOf({ type: 'kv', prefix: 'a:', cache: 'one' }, { type: 'kv', lifespan: '1s' });
    expect(mapper.map({ type: 'kv', key: utf8('a:1') })).toMatchObject({ target: { cache: 'one' } });
    expect(mapper.map({ type: 'kv', key: utf8('a:1') }).rule.lifespan).toBeUndefined();
    expect(mapper.map({ type: 'kv', key: utf8('a') })).toMatchObject({ rule: { lifespan: 1000 } });
    expect(mapper.targetsOf({ type: 'kv' })).toEqual([{ type: 'kv', cache: 'one' }, { type: 'kv' }]);
  });

  it('tells the rules that no key comes to', () => {
    const mapper = mapperOf(
      { type: 'hash', table: 'sesions', skip: true },
      { type: 'hash', prefix: 'a' },
      { type: 'hash' },
      { table: 'sess*', skip: true },
    );
    const idle = mapper.idleRules([{ type: 'kv' }, { type: 'hash', table: 'sessions' }]);
    expect(idle.map(({ at }) => at)).toEqual([0, 3]);
    expect(mapperOf().idleRules([{ type: 'kv' }])).toEqual([]);
  });

  it('renames tables, also by what * stands for', () => {
    const mapper = mapperOf({ table: 'old.*', rename: '*-new$&' }, { table: 'x', rename: 'y' });
    expect(mapper.map({ type: 'hash', table: 'old.a', key: utf8('f') }).target?.table).toBe('a-new$&');
    expect(mapper.map({ type: 'zset', table: 'x', key: utf8('f') }).target?.table).toBe('y');
    expect(mapper.map({ type: 'zset', table: 'oldxa', key: utf8('f') }).target?.table).toBe('oldxa');
  });

  it('never takes kv for a table', () => {
    expect(mapperOf({ table: '*', skip: true }).map({ type: 'kv', key: utf8('a') }).target).toEqual({
      type: 'kv',
    });
  });

  it('makes fields the keys of a cache of their own', () => {
    const mapper = mapperOf({
      type: 'hash',
      table: 'users',
      layout: 'raw',
      cache: 'users',
      mediaType: 'text/plain',
    });
    expect(mapper.map({ type: 'hash', table: 'users', key: utf8('1') }).target).toEqual({
      type: 'kv',
      layout: 'raw',
      cache: 'users',
      mediaType: 'text/plain',
    });
  });
});
