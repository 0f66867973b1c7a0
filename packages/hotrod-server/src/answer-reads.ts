import type {
  ContainsKeyReply,
  GetAllReply,
  GetAllRequest,
  GetReply,
  GetWithMetadataReply,
  KeyRequest,
  KeyValue,
  SizeReply,
} from '@kvtwin/hotrod-protocol';
import type { CacheEntry } from './cache-entry.js';
import { entryMetadata } from './entry-on-wire.js';
import type { RequestCall } from './request-call.js';

export function answerGet(call: RequestCall<KeyRequest>): GetReply {
  const entry = countedRead(call, call.request.key);
  return entry === undefined ? { outcome: 'absent' } : { outcome: 'ok', value: entry.value };
}

export function answerGetWithMetadata(call: RequestCall<KeyRequest>): GetWithMetadataReply {
  const entry = countedRead(call, call.request.key);
  return entry === undefined
    ? { outcome: 'absent' }
    : { outcome: 'ok', metadata: entryMetadata(entry), value: entry.value };
}

/** Counts as a use of the entry, as it does in Infinispan. */
export function answerContainsKey(call: RequestCall<KeyRequest>): ContainsKeyReply {
  return { outcome: countedRead(call, call.request.key) === undefined ? 'absent' : 'ok' };
}

/** A key that is asked for twice is answered once. */
export function answerGetAll(call: RequestCall<GetAllRequest>): GetAllReply {
  const found = new Map<CacheEntry, KeyValue>();
  for (const key of call.request.keys) {
    const entry = countedRead(call, key);
    if (entry !== undefined) {
      found.set(entry, { key, value: entry.value });
    }
  }
  return { outcome: 'ok', entries: [...found.values()] };
}

export function answerSize({ hosted }: RequestCall<unknown>): SizeReply {
  return { outcome: 'ok', size: hosted.cache.size };
}

function countedRead({ hosted }: RequestCall<unknown>, key: Uint8Array): CacheEntry | undefined {
  const entry = hosted.cache.read(key);
  if (entry === undefined) {
    hosted.counters.misses++;
  } else {
    hosted.counters.hits++;
  }
  return entry;
}
