import type { NodeCacheReply } from '@kvtwin/hustdb-protocol';
import { ManualClock } from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { NodeCache } from './node-cache.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let clock: ManualClock;
let cache: NodeCache;
beforeEach(() => {
  clock = new ManualClock();
  cache = new NodeCache({ maxBytes: 100, nowMs: () => clock.nowMs() });
});

function shown(reply: NodeCacheReply): string {
  return reply.outcome === 'done' ? new TextDecoder().decode(reply.body) : reply.outcome;
}

describe('keys', () => {
  it('are put, appended to and deleted', () => {
    expect(shown(cache.get('a'))).toBe('failed');
    cache.append('a', bytes('one'));
    cache.append('a', bytes('two'));
    expect(shown(cache.get('a'))).toBe('onetwo');
    expect(shown(cache.put('a', bytes('three'), undefined))).toBe('');
    expect(shown(cache.get('a'))).toBe('three');
    expect([shown(cache.del('a')), shown(cache.del('a'))]).toEqual(['', 'failed']);
    expect(cache.bytes).toBe(0);
  });

  it('expire, and tell how long they have', () => {
    cache.put('a', bytes('v'), 10);
    clock.turn(2600);
    expect(shown(cache.ttl('a'))).toBe('7');
    clock.turn(7400);
    expect(shown(cache.exist('a'))).toBe('failed');
    cache.put('b', bytes('v'), undefined);
    expect(shown(cache.ttl('b'))).toBe('-1');
    expect(shown(cache.persist('b'))).toBe('failed');
    expect(shown(cache.expire('b', 0))).toBe('failed');
    expect(shown(cache.expire('b', 5))).toBe('');
    expect(shown(cache.persist('b'))).toBe('');
    clock.turn(5000);
    expect(shown(cache.get('b'))).toBe('v');
    cache.put('c', bytes('v'), 1);
    clock.turn(1000);
    cache.sweep();
    expect(cache.bytes).toBe(2);
  });

  it('are refused with a time that is none, or a value that is too long', () => {
    expect(shown(cache.put('a', bytes('v'), 0))).toBe('failed');
    expect(shown(cache.put('a', new Uint8Array(8_388_609), undefined))).toBe('too-large');
    expect(shown(cache.hset('t', 'f'.repeat(65_537), bytes('v')))).toBe('too-large');
  });

  it('that were not used for longest make room', () => {
    for (const key of ['a', 'b', 'c']) cache.put(key, new Uint8Array(30), undefined);
    cache.get('a');
    cache.put('d', new Uint8Array(30), undefined);
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.exist(key).outcome === 'done')).toEqual([
      'a',
      'c',
      'd',
    ]);
    expect(cache.bytes).toBe(93);
  });
});

describe('hashes', () => {
  it('share one name space with keys', () => {
    cache.put('a', bytes('v'), undefined);
    expect(shown(cache.hset('a', 'f', bytes('v')))).toBe('failed');
    cache.hset('h', 'f', bytes('v'));
    expect([shown(cache.get('h')), shown(cache.append('h', bytes('x')))]).toEqual(['failed', 'failed']);
    expect(shown(cache.exist('h'))).toBe('');
    expect(shown(cache.hget('a', 'f'))).toBe('failed');
    cache.put('h', bytes('v'), undefined);
    expect(shown(cache.hexist('h', 'f'))).toBe('failed');
  });

  it('go with their last field', () => {
    cache.hset('h', 'f', bytes('one'));
    cache.hset('h', 'f', bytes('two'));
    expect(shown(cache.hget('h', 'f'))).toBe('two');
    expect([shown(cache.hdel('h', 'f')), shown(cache.hdel('h', 'f'))]).toEqual(['', 'failed']);
    expect([shown(cache.exist('h')), cache.bytes]).toEqual(['failed', 0]);
  });

  it('count', () => {
    expect(shown(cache.hincrby('h', 'n', '5'))).toBe('5');
    expect(shown(cache.hincrby('h', 'n', '-8'))).toBe('-3');
    for (const amount of ['abc', '1.5', '', '9223372036854775808', '-9223372036854775808']) {
      expect(shown(cache.hincrby('h', 'n', amount)), amount).toBe('failed');
    }
    expect(shown(cache.hincrbyfloat('h', 'n', '0.5'))).toBe('-2.5');
    expect(shown(cache.hincrby('h', 'n', '1'))).toBe('failed');
    expect(shown(cache.hget('h', 'n'))).toBe('-2.5');
  });
});
