import {
  type ClearReply,
  type KeyRequest,
  NO_PREVIOUS_VALUE,
  type PutAllReply,
  type PutAllRequest,
  type PutIfAbsentReply,
  type PutReply,
  type RemoveIfUnmodifiedReply,
  type RemoveIfUnmodifiedRequest,
  type RemoveReply,
  type ReplaceIfUnmodifiedReply,
  type ReplaceIfUnmodifiedRequest,
  type ReplaceReply,
  RequestFlag,
  type WireExpiration,
  type WriteRequest,
} from '@kvtwin/hotrod-protocol';
import type { CacheEntry } from './cache-entry.js';
import { countedRead } from './counted-read.js';
import { entryLifetimeOf } from './entry-lifetime-of.js';
import { previousValue } from './entry-on-wire.js';
import type { RequestCall } from './request-call.js';

/*
 * A conditional write uses the entry that it looks at, so its max idle starts again, also where the write is refused;
 * all but putIfAbsent count as reads (observed on Infinispan 16.0.7).
 * The outcomes by operation, situation and the flag FORCE_RETURN_PREVIOUS_VALUE (Hot Rod 4.0 §previous value).
 *
 *                         key absent             version differs          done
 *                         without    with        without    with         without   with
 *   put                   ok         ok+none                             ok        ok+previous
 *   putIfAbsent           ok         ok                                  not       not+existing   (key present)
 *   replace               not        not                                 ok        ok+previous
 *   replaceIfUnmodified   absent     absent      not        not+current  ok        ok+previous
 *   remove                absent     absent                              ok        ok+previous
 *   removeIfUnmodified    absent     absent      not        not+current  ok        ok+previous
 */

export function answerPut(call: RequestCall<WriteRequest>): PutReply {
  const previous = store(call);
  if (!wantsPrevious(call)) {
    return { outcome: 'ok' };
  }
  return previous === undefined
    ? { outcome: 'ok-with-previous', previous: NO_PREVIOUS_VALUE }
    : { outcome: 'ok-with-previous', previous: previousValue(previous) };
}

export function answerPutIfAbsent(call: RequestCall<WriteRequest>): PutIfAbsentReply {
  const existing = call.hosted.cache.read(call.request.key);
  if (existing !== undefined) {
    return refused(call, existing);
  }
  store(call);
  return { outcome: 'ok' };
}

export function answerReplace(call: RequestCall<WriteRequest>): ReplaceReply {
  const existing = countedRead(call.hosted, call.request.key);
  if (existing === undefined) {
    return { outcome: 'not-executed' };
  }
  store(call);
  return done(call, existing);
}

export function answerReplaceIfUnmodified(
  call: RequestCall<ReplaceIfUnmodifiedRequest>,
): ReplaceIfUnmodifiedReply {
  const existing = countedRead(call.hosted, call.request.key);
  if (existing === undefined) {
    return { outcome: 'absent' };
  }
  if (existing.version !== call.request.entryVersion) {
    return refused(call, existing);
  }
  store(call);
  return done(call, existing);
}

export function answerRemove(call: RequestCall<KeyRequest>): RemoveReply {
  const { cache, counters } = call.hosted;
  const removed = cache.remove(call.request.key);
  if (removed === undefined) {
    counters.removeMisses++;
    return { outcome: 'absent' };
  }
  counters.removeHits++;
  return done(call, removed);
}

export function answerRemoveIfUnmodified(
  call: RequestCall<RemoveIfUnmodifiedRequest>,
): RemoveIfUnmodifiedReply {
  const existing = countedRead(call.hosted, call.request.key);
  if (existing === undefined) {
    return { outcome: 'absent' };
  }
  if (existing.version !== call.request.entryVersion) {
    return refused(call, existing);
  }
  call.hosted.cache.remove(call.request.key);
  call.hosted.counters.removeHits++;
  return done(call, existing);
}

/** Stores the entries one after the other: of two with one key the later stays. */
export function answerPutAll(call: RequestCall<PutAllRequest>): PutAllReply {
  const { expiration, entries } = call.request;
  for (const { key, value } of entries) {
    store({ ...call, request: { key, value, expiration } });
  }
  return { outcome: 'ok' };
}

export function answerClear({ hosted }: RequestCall<unknown>): ClearReply {
  hosted.cache.clear();
  return { outcome: 'ok' };
}

interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly expiration?: WireExpiration;
}

function store({ request, header, hosted, host }: RequestCall<Write>): CacheEntry | undefined {
  const lifetime = entryLifetimeOf(request.expiration, header, hosted.options, host.nowMs());
  const { previous } = hosted.cache.put(request.key, request.value, lifetime);
  hosted.counters.stores++;
  return previous;
}

function wantsPrevious({ header }: RequestCall<unknown>): boolean {
  return (header.flags & RequestFlag.FORCE_RETURN_PREVIOUS_VALUE) !== 0;
}

function done(call: RequestCall<unknown>, previous: CacheEntry) {
  return wantsPrevious(call)
    ? ({ outcome: 'ok-with-previous', previous: previousValue(previous) } as const)
    : ({ outcome: 'ok' } as const);
}

function refused(call: RequestCall<unknown>, current: CacheEntry) {
  return wantsPrevious(call)
    ? ({ outcome: 'not-executed-with-previous', previous: previousValue(current) } as const)
    : ({ outcome: 'not-executed' } as const);
}
