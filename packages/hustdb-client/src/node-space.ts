import type { NodeListing, NodeRead, NodeWrite } from '@kvtwin/hustdb-protocol';
import type { Receiver, StoreType } from '@kvtwin/versioned-value';
import type { HustDbCallOptions } from './client-options.js';
import type { HustDbNode } from './hustdb-node.js';
import { scoreOf } from './member-value.js';

/** The optional parameters of a put. */
export interface SpacePut {
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}

/** `unchanged`: the value was there already, and kept its version, which is a token (sorted sets only). */
export type SpaceWrite = NodeWrite | { readonly outcome: 'unchanged'; readonly version: string };

/** The kv space of a node or one of its tables: the same commands under four spellings. */
export interface NodeSpace {
  readonly type: StoreType;
  readonly table: string | undefined;
  /** A set's member has an empty value, a sorted set's its score. What objectionTo objects to is not to be put. */
  getTo(key: Uint8Array, call: HustDbCallOptions, receiver: Receiver<NodeRead>): void;
  exist(key: Uint8Array, call?: HustDbCallOptions): Promise<NodeRead>;
  put(key: Uint8Array, value: Uint8Array, put: SpacePut, call?: HustDbCallOptions): Promise<SpaceWrite>;
  del(key: Uint8Array, del: Omit<SpacePut, 'ttlSeconds'>, call?: HustDbCallOptions): Promise<NodeWrite>;
}

/** A space that is a table, which lists itself. */
export interface TableSpace extends NodeSpace {
  readonly table: string;
  /** With values. */
  list(offset: number, size: number, call?: HustDbCallOptions): Promise<NodeListing>;
}

export function kvSpace(client: HustDbNode): NodeSpace {
  return {
    type: 'kv',
    table: undefined,
    getTo: (key, call, receiver) => client.readTo('get', { key }, call, receiver),
    exist: (key, call) => client.exist({ key }, call),
    put: (key, value, put, call) => client.put({ key, value, ...put }, call),
    del: (key, del, call) => client.del({ key, ...del }, call),
  };
}

/** The table of that type. */
export function tableSpace(client: HustDbNode, type: Exclude<StoreType, 'kv'>, table: string): TableSpace {
  if (type === 'set') return setSpace(client, table);
  return type === 'zset' ? zsetSpace(client, table) : hashSpace(client, table);
}

function hashSpace(client: HustDbNode, table: string): TableSpace {
  return {
    type: 'hash',
    table,
    getTo: (key, call, receiver) => client.readTo('hget', { table, key }, call, receiver),
    exist: (key, call) => client.hexist({ table, key }, call),
    put: (key, value, put, call) => client.hset({ table, key, value, ...put }, call),
    del: (key, del, call) => client.hdel({ table, key, ...del }, call),
    list: (offset, size, call) => client.hkeys({ table, offset, size, noval: false }, call),
  };
}

function setSpace(client: HustDbNode, table: string): TableSpace {
  return {
    type: 'set',
    table,
    getTo: (member, call, receiver) => client.readTo('sismember', { table, member }, call, receiver),
    exist: (member, call) => client.sismember({ table, member }, call),
    put: (member, _value, put, call) => client.sadd({ table, member, ...put }, call),
    del: (member, del, call) => client.srem({ table, member, ...del }, call),
    list: (offset, size, call) => client.smembers({ table, offset, size, noval: false }, call),
  };
}

function zsetSpace(client: HustDbNode, table: string): TableSpace {
  return {
    type: 'zset',
    table,
    getTo: (member, call, receiver) => client.readTo('zscore', { table, member }, call, receiver),
    exist: (member, call) => client.zismember({ table, member }, call),
    put: async (member, value, put, call) => {
      const score = scoreOf(value)!;
      return asScoreWrite(await client.zadd({ table, member, score, ...put }, call), put.ver);
    },
    del: (member, del, call) => client.zrem({ table, member, ...del }, call),
    list: (offset, size, call) => client.zrangebyrank({ table, offset, size, noval: false }, call),
  };
}

/**
 * A node that finds the very score there changes nothing, says so by an empty body, and does not mind a `ver` that is older
 * than the version there: for a compare-and-set, or a replay, that is a mismatch.
 */
function asScoreWrite(write: NodeWrite, ver: number | undefined): SpaceWrite {
  if (write.outcome !== 'applied' || write.body.length > 0) return write;
  const { version } = write;
  const older = ver !== undefined && ver !== 0 && String(ver) !== version;
  return { outcome: older ? 'mismatch' : 'unchanged', version };
}
