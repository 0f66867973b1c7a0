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
import { toByteKey } from './byte-key.js';
import { countedRead } from './counted-read.js';
import { entryMetadata } from './entry-on-wire.js';
import type { RequestCall } from './request-call.js';

export function answerGet(call: RequestCall<KeyRequest>): GetReply {
  const entry = countedRead(call.hosted, call.request.key);
  return entry === undefined ? { outcome: 'absent' } : { outcome: 'ok', value: entry.value };
}

export function answerGetWithMetadata(call: RequestCall<KeyRequest>): GetWithMetadataReply {
  const entry = countedRead(call.hosted, call.request.key);
  return entry === undefined
    ? { outcome: 'absent' }
    : { outcome: 'ok', metadata: entryMetadata(entry), value: entry.value };
}

/** Counts as a use of the entry, as it does in Infinispan. */
export function answerContainsKey(call: RequestCall<KeyRequest>): ContainsKeyReply {
  return { outcome: countedRead(call.hosted, call.request.key) === undefined ? 'absent' : 'ok' };
}

/** A key that is asked for twice is read once. */
export function answerGetAll({ request, hosted }: RequestCall<GetAllRequest>): GetAllReply {
  const entries: KeyValue[] = [];
  for (const key of new Map(request.keys.map((key) => [toByteKey(key), key])).values()) {
    const entry = countedRead(hosted, key);
    if (entry !== undefined) {
      entries.push({ key, value: entry.value });
    }
  }
  return { outcome: 'ok', entries };
}

export function answerSize({ hosted }: RequestCall<unknown>): SizeReply {
  return { outcome: 'ok', size: hosted.cache.size };
}
