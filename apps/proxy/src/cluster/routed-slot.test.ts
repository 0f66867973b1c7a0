import { describe, expect, it } from 'vitest';
import { type HaCall, parseHaCall } from '../commands/ha-call.js';
import { SERVED_COMMANDS } from '../commands/served-command.js';
import { rawKeyOf, slotOfCall } from './routed-slot.js';

function slot(path: string, query: string, body = ''): number {
  return slotOfCall(parseHaCall(SERVED_COMMANDS.get(path)!, query, 'strict', Buffer.from(body)) as HaCall);
}

/** Slots that HustDB HA takes for these texts. */
describe('the slot of a call', () => {
  it.each([
    ['/get', 'key=test_key', 306],
    ['/put', 'key=a', 97],
    ['/hget', 'tb=x&key=abc', 98],
    ['/hincrby', 'tb=x&key=hustdbhakey&val=1', 282],
    ['/get', 'key=caf%C3%A9', 368],
    ['/get', 'key=key%201', 589],
    ['/get', 'key=caf\xc3\xa9', 526],
    ['/get', 'key=a&key=test_key', 306],
  ])('is that of the key as it stands in the query: %s?%s', (path, query, expected) => {
    expect(slot(path, query)).toBe(expected);
  });

  it('is that of the member in a set, up to a NUL', () => {
    expect(slot('/sadd', 'tb=x', 'hustdbhasetkey')).toBe(546);
    expect(slot('/sismember2', 'tb=x', 'a\0b')).toBe(97);
  });

  it('is that of the name of a sorted set', () => {
    expect(slot('/zadd', 'tb=hustdbhazsettb&score=1', 'any member')).toBe(379);
    expect(slot('/zscore2', 'tb=hustdbhazsettb&key=another')).toBe(379);
  });

  it('is, in the cache, that of the key too', () => {
    expect(Buffer.from(rawKeyOf('tb=x&key=a%20b')).toString()).toBe('a%20b');
  });
});
