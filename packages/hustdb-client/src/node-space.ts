import type { NodeRead, NodeWrite } from '@kvtwin/hustdb-protocol';
import type { HustDbCallOptions } from './client-options.js';
import type { HustDbNodeClient } from './hustdb-node-client.js';

/** The optional parameters of a put. */
export interface SpacePut {
  readonly ttlSeconds?: number;
  readonly ver?: number;
  readonly isDup?: boolean;
}

/** The kv space of a node or one of its hash tables: the same five commands under two spellings. */
export interface NodeSpace {
  readonly table: string | undefined;
  get(key: Uint8Array, call?: HustDbCallOptions): Promise<NodeRead>;
  exist(key: Uint8Array, call?: HustDbCallOptions): Promise<NodeRead>;
  put(key: Uint8Array, value: Uint8Array, put: SpacePut, call?: HustDbCallOptions): Promise<NodeWrite>;
  del(key: Uint8Array, del: Omit<SpacePut, 'ttlSeconds'>, call?: HustDbCallOptions): Promise<NodeWrite>;
}

export function kvSpace(client: HustDbNodeClient): NodeSpace {
  return {
    table: undefined,
    get: (key, call) => client.get({ key }, call),
    exist: (key, call) => client.exist({ key }, call),
    put: (key, value, put, call) => client.put({ key, value, ...put }, call),
    del: (key, del, call) => client.del({ key, ...del }, call),
  };
}

export function hashSpace(client: HustDbNodeClient, table: string): NodeSpace {
  return {
    table,
    get: (key, call) => client.hget({ table, key }, call),
    exist: (key, call) => client.hexist({ table, key }, call),
    put: (key, value, put, call) => client.hset({ table, key, value, ...put }, call),
    del: (key, del, call) => client.hdel({ table, key, ...del }, call),
  };
}
