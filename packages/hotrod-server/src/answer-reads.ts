import {
  type BulkGetKeysReply,
  type BulkGetKeysRequest,
  type BulkGetReply,
  type BulkGetRequest,
  type ContainsKeyReply,
  type GetAllReply,
  type GetAllRequest,
  type GetReply,
  type GetWithMetadataReply,
  type GetWithVersionReply,
  type KeyRequest,
  type KeyValue,
  type SizeReply,
  Status,
} from '@kvtwin/hotrod-protocol';
import { toByteKey } from './byte-key.js';
import { countedRead } from './counted-read.js';
import { entryMetadata } from './entry-on-wire.js';
import type { RequestCall } from './request-call.js';
import { RequestFailure } from './request-failure.js';

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

export function answerGetWithVersion(call: RequestCall<KeyRequest>): GetWithVersionReply {
  const entry = countedRead(call.hosted, call.request.key);
  return entry === undefined
    ? { outcome: 'absent' }
    : { outcome: 'ok', entryVersion: entry.version, value: entry.value };
}

/** The reply is one message, so it is not as large as the cache may be. */
const maxBulkBytes = 64 * 1024 * 1024;

/** Touches nothing, as an iteration does. */
export function answerBulkGet({ request, hosted }: RequestCall<BulkGetRequest>): BulkGetReply {
  const most = request.maxEntries === 0 ? Number.POSITIVE_INFINITY : request.maxEntries;
  const entries: KeyValue[] = [];
  let bytes = 0;
  for (const { key, entry } of hosted.cache.entries()) {
    if (entries.length >= most) {
      break;
    }
    bytes += key.length + entry.value.length;
    refuseBeyond(bytes);
    entries.push({ key, value: entry.value });
  }
  return { outcome: 'ok', entries };
}

export function answerBulkGetKeys({ hosted }: RequestCall<BulkGetKeysRequest>): BulkGetKeysReply {
  const keys: Uint8Array[] = [];
  let bytes = 0;
  for (const { key } of hosted.cache.entries()) {
    bytes += key.length;
    refuseBeyond(bytes);
    keys.push(key);
  }
  return { outcome: 'ok', keys };
}

function refuseBeyond(bytes: number): void {
  if (bytes > maxBulkBytes) {
    throw new RequestFailure(
      Status.SERVER_ERROR,
      `java.lang.IllegalStateException: more than ${maxBulkBytes} bytes; go through the cache with an iteration`,
    );
  }
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
