import type { OperationName, operations, ReplyOf, RequestOf } from '@kvtwin/hotrod-protocol';
import { answerIterationEnd, answerIterationNext, answerIterationStart } from './answer-iteration.js';
import { answerAddClientListener, answerRemoveClientListener } from './answer-listeners.js';
import {
  answerContainsKey,
  answerGet,
  answerGetAll,
  answerGetWithMetadata,
  answerSize,
} from './answer-reads.js';
import { answerStats } from './answer-stats.js';
import {
  answerClear,
  answerPut,
  answerPutAll,
  answerPutIfAbsent,
  answerRemove,
  answerRemoveIfUnmodified,
  answerReplace,
  answerReplaceIfUnmodified,
} from './answer-writes.js';
import type { RequestCall } from './request-call.js';

/** How an operation is carried out on a cache. What it throws is answered as an error. */
type CacheHandler<Name extends OperationName> = (
  call: RequestCall<RequestOf<(typeof operations)[Name]>>,
) => ReplyOf<(typeof operations)[Name]>;

/** Those that concern the connection instead: the request handler answers them. */
type ConnectionOperation = 'ping' | 'authMechList' | 'auth';

/** Those that are refused with 0x82. */
type UnservedOperation = never;

/** The operations that work on a cache. A defined operation that is neither here nor above does not compile. */
export const cacheHandlers: {
  readonly [Name in Exclude<OperationName, ConnectionOperation | UnservedOperation>]: CacheHandler<Name>;
} = {
  get: answerGet,
  getWithMetadata: answerGetWithMetadata,
  containsKey: answerContainsKey,
  getAll: answerGetAll,
  size: answerSize,
  put: answerPut,
  putIfAbsent: answerPutIfAbsent,
  replace: answerReplace,
  replaceIfUnmodified: answerReplaceIfUnmodified,
  remove: answerRemove,
  removeIfUnmodified: answerRemoveIfUnmodified,
  putAll: answerPutAll,
  clear: answerClear,
  iterationStart: answerIterationStart,
  iterationNext: answerIterationNext,
  iterationEnd: answerIterationEnd,
  stats: answerStats,
  addClientListener: answerAddClientListener,
  removeClientListener: answerRemoveClientListener,
};
