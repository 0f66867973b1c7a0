import {
  bytesToLatin1,
  type CommandName,
  formatNodeCacheReply,
  type HttpReply,
  type NamedRequest,
  type NodeCacheReply,
} from '@kvtwin/hustdb-protocol';
import type { NodeCache } from './node-cache.js';

/** A request to the cache. */
export type CacheRequest = Extract<NamedRequest, { command: Extract<CommandName, `cache_${string}`> }>;

/** Whether a request is one to the cache. */
export function isCacheRequest(named: NamedRequest): named is CacheRequest {
  return named.command.startsWith('cache_');
}

/** Carries a command of the cache out and formats the node's answer. */
export function answerCache(cache: NodeCache, named: CacheRequest): HttpReply {
  return formatNodeCacheReply(replyOf(cache, named));
}

function replyOf(cache: NodeCache, named: CacheRequest): NodeCacheReply {
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
