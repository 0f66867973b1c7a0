import {
  type CacheRequest,
  formatNodeCacheReply,
  type HttpReply,
  type NamedRequest,
  runCacheCommand,
} from '@kvtwin/hustdb-protocol';
import type { NodeCache } from './node-cache.js';

/** Whether a request is one to the cache. */
export function isCacheRequest(named: NamedRequest): named is CacheRequest {
  return named.command.startsWith('cache_');
}

/** Carries a command of the cache out and formats the node's answer. */
export function answerCache(cache: NodeCache, named: CacheRequest): HttpReply {
  return formatNodeCacheReply(runCacheCommand(cache, named));
}
