import { encodeKeyText, type HaRead, type HaWrite } from '@kvtwin/hustdb-protocol';
import type { PairRead, SideRead, StoreType } from '@kvtwin/versioned-value';
import type { HustDbCallOptions } from './client-options.js';
import type { HustDbHa } from './hustdb-ha.js';
import { scoreOf } from './member-value.js';
import type { SpacePut } from './node-space.js';

/** The kv space or a table behind an HA front: the same commands under four spellings. */
export interface HaSpace {
  readonly type: StoreType;
  /** What both masters say. */
  pair(key: Uint8Array, call?: HustDbCallOptions): Promise<PairRead>;
  /** What the first master says that has it. */
  first(key: Uint8Array, call?: HustDbCallOptions): Promise<HaRead>;
  put(key: Uint8Array, value: Uint8Array, put: SpacePut, call?: HustDbCallOptions): Promise<HaWrite>;
  del(key: Uint8Array, del: Omit<SpacePut, 'ttlSeconds'>, call?: HustDbCallOptions): Promise<HaWrite>;
  /** The text that the front routes by: the key as it stands in a query, a set's member, a sorted set's name. */
  routed(key: Uint8Array): Uint8Array;
}

/** The space of that type; `table` for all but kv. */
export function haSpace(client: HustDbHa, type: StoreType, table: string | undefined): HaSpace {
  if (table === undefined) return kvSpace(client);
  if (type === 'set') return setSpace(client, table);
  return type === 'zset' ? zsetSpace(client, table) : hashSpace(client, table);
}

function kvSpace(client: HustDbHa): HaSpace {
  return {
    type: 'kv',
    pair: (key, call) => client.get2({ key }, call),
    first: (key, call) => client.get({ key }, call),
    put: (key, value, put, call) => client.put({ key, value, ...put }, call),
    del: (key, del, call) => client.del({ key, ...del }, call),
    routed: (key) => utf8(encodeKeyText(key)),
  };
}

function hashSpace(client: HustDbHa, table: string): HaSpace {
  return {
    type: 'hash',
    pair: (key, call) => client.hget2({ table, key }, call),
    first: (key, call) => client.hget({ table, key }, call),
    put: (key, value, put, call) => client.hset({ table, key, value, ...put }, call),
    del: (key, del, call) => client.hdel({ table, key, ...del }, call),
    routed: (key) => utf8(encodeKeyText(key)),
  };
}

function setSpace(client: HustDbHa, table: string): HaSpace {
  return {
    type: 'set',
    pair: async (member, call) => withEmptyValues(await client.sismember2({ table, member }, call)),
    first: (member, call) => client.sismember({ table, member }, call),
    put: (member, _value, put, call) => client.sadd({ table, member, ...put }, call),
    del: (member, del, call) => client.srem({ table, member, ...del }, call),
    routed: (member) => member,
  };
}

function zsetSpace(client: HustDbHa, table: string): HaSpace {
  return {
    type: 'zset',
    pair: (member, call) => client.zscore2({ table, member }, call),
    first: (member, call) => client.zscore({ table, member }, call),
    put: (member, value, put, call) => client.zadd({ table, member, score: scoreOf(value)!, ...put }, call),
    del: (member, del, call) => client.zrem({ table, member, ...del }, call),
    routed: () => utf8(table),
  };
}

const NOTHING = new Uint8Array(0);

/** A set's member has no value; in a store it has an empty one. */
function withEmptyValues(read: PairRead<null>): PairRead {
  const sides = [withEmptyValue(read.sides[0]), withEmptyValue(read.sides[1])] as const;
  switch (read.kind) {
    case 'agreed':
    case 'version-skew':
      return { ...read, sides, value: NOTHING };
    case 'value-conflict':
    case 'diverged':
      return { ...read, sides, values: [NOTHING, NOTHING] };
    default:
      return { ...read, sides };
  }
}

function withEmptyValue(side: SideRead<null>): SideRead {
  return side.state === 'present' ? { ...side, entry: { ...side.entry, value: NOTHING } } : side;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
