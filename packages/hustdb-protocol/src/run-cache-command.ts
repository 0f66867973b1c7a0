import type { NodeCacheReply } from './cache-reply.js';
import type { CommandName, NamedRequest } from './commands/commands.js';
import { bytesToLatin1 } from './latin1.js';

/** A request to the cache. */
export type CacheRequest = Extract<NamedRequest, { command: Extract<CommandName, `cache_${string}`> }>;

/** What carries the commands of the cache out. Names and fields are one character per byte; `value`s that are handed in are kept. */
export interface CacheCommands {
  exist(name: string): NodeCacheReply;
  get(name: string): NodeCacheReply;
  ttl(name: string): NodeCacheReply;
  put(name: string, value: Uint8Array, ttlSeconds: number | undefined): NodeCacheReply;
  append(name: string, tail: Uint8Array): NodeCacheReply;
  del(name: string): NodeCacheReply;
  expire(name: string, ttlSeconds: number): NodeCacheReply;
  persist(name: string): NodeCacheReply;
  hexist(name: string, field: string): NodeCacheReply;
  hget(name: string, field: string): NodeCacheReply;
  hset(name: string, field: string, value: Uint8Array): NodeCacheReply;
  hdel(name: string, field: string): NodeCacheReply;
  hincrby(name: string, field: string, amount: string): NodeCacheReply;
  hincrbyfloat(name: string, field: string, amount: string): NodeCacheReply;
}

/** Has a cache carry a request out. */
export function runCacheCommand(cache: CacheCommands, named: CacheRequest): NodeCacheReply {
  const key = bytesToLatin1(named.request.key);
  switch (named.command) {
    case 'cache_exist':
      return cache.exist(key);
    case 'cache_get':
      return cache.get(key);
    case 'cache_ttl':
      return cache.ttl(key);
    case 'cache_put':
      return cache.put(key, named.request.value, named.request.cacheTtlSeconds);
    case 'cache_append':
      return cache.append(key, named.request.value);
    case 'cache_del':
      return cache.del(key);
    case 'cache_expire':
      return cache.expire(key, named.request.cacheTtlSeconds);
    case 'cache_persist':
      return cache.persist(key);
    case 'cache_hexist':
      return cache.hexist(named.request.table, key);
    case 'cache_hget':
      return cache.hget(named.request.table, key);
    case 'cache_hset':
      return cache.hset(named.request.table, key, named.request.value);
    case 'cache_hdel':
      return cache.hdel(named.request.table, key);
    case 'cache_hincrby':
      return cache.hincrby(named.request.table, key, named.request.amount);
    case 'cache_hincrbyfloat':
      return cache.hincrbyfloat(named.request.table, key, named.request.amount);
  }
}
