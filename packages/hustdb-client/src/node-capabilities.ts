import { HUSTDB_LIMITS } from '@kvtwin/hustdb-protocol';
import type { StoreCapabilities } from '@kvtwin/versioned-value';
import { MAX_SCORE_BYTES } from './member-value.js';
import type { NodeSpace } from './node-space.js';

/** `POST /hustdb/put?key=` or `POST /hustdb/hset?tb=…&key=`, the longest optional parameters, and ` HTTP/1.1`. */
const OVERHEAD = '&ttl=2592000&ver=4194303&is_dup=true HTTP/1.1'.length;

/**
 * What a HustDB node can do. A key's limit counts characters of the request line, so it holds for keys of unreserved
 * characters (RFC 3986); every other byte takes three of them. Members of sets and sorted sets go in bodies, as they are.
 */
export function nodeCapabilities({ type, table }: NodeSpace): StoreCapabilities {
  const path = table === undefined ? 'POST /hustdb/put?key=' : `POST /hustdb/hset?tb=${table}&key=`;
  const members = type === 'set' || type === 'zset';
  return {
    compareAndSet: 'atomic',
    putIfAbsent: 'check-then-write',
    // A counter per key that begins at 1 again after a delete.
    tokensUnique: false,
    // From 64 on a write of HustDB 1.9 answers another number than a read; the store tells the read's (WrittenVersions).
    writesReturnVersion: true,
    readsExpiration: false,
    lifespan: true,
    expirationUnitMs: 1000,
    maxIdle: false,
    replay: true,
    // The same score set again is no write.
    sameValueKeepsVersion: type === 'zset',
    emptyValues: type === 'set',
    emptyKeys: false,
    maxKeyBytes: members ? HUSTDB_LIMITS.keyBytes : HUSTDB_LIMITS.requestLineBytes - path.length - OVERHEAD,
    maxValueBytes: type === 'set' ? 0 : type === 'zset' ? MAX_SCORE_BYTES : HUSTDB_LIMITS.valueBytes,
    forbiddenKeyBytes: members ? [] : [0x3f],
    scan: 'live',
    scanTouches: false,
    scanShifts: true,
  };
}
