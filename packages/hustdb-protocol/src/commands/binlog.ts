import type { CommandDefinition } from '../command-definition.js';

/**
 * `POST /hustdb/binlog?host=&method=[&tb=][&key=]`: has a node send a write that it took on to another node. A
 * node only. `key` stands in the query for kv and hash, in the body for sets and sorted sets.
 */
export interface BinlogRequest {
  /** `IPv4:port` of the other node. */
  readonly host: string;
  /** 1 put, 2 del, 3 hset, 4 hdel, 5 sadd, 6 srem, 7 zadd, 8 zrem. */
  readonly method: number;
  readonly table?: string;
  readonly member: Uint8Array;
}

export const binlog: CommandDefinition<BinlogRequest> = {
  name: 'binlog',
  reply: 'binlog',
  memberText: 'query-first',
  parameters: { host: 'required', method: 'required', table: 'optional', member: 'required' },
  node: { path: '/hustdb/binlog', methods: ['GET', 'POST'] },
};
