import { type OperationName, operations, type ReplyOf, type RequestOf } from '@kvtwin/hotrod-protocol';
import { answerIterationEnd, answerIterationNext, answerIterationStart } from './answer-iteration.js';
import { answerAddClientListener, answerRemoveClientListener } from './answer-listeners.js';
import {
  answerBulkGet,
  answerBulkGetKeys,
  answerContainsKey,
  answerGet,
  answerGetAll,
  answerGetWithMetadata,
  answerGetWithVersion,
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

const { ping, authMechList, auth } = operations;

/** Those that concern the connection instead: the request handler answers them. */
export const connectionOperations = { ping, authMechList, auth } as const;

/** Those that are refused with 0x82. */
type UnservedOperation =
  | 'query'
  | 'exec'
  | 'addBloomFilterNearCacheListener'
  | 'updateBloomFilter'
  | 'getStream'
  | 'putStream'
  | 'getStreamStart'
  | 'getStreamNext'
  | 'getStreamEnd'
  | 'putStreamStart'
  | 'putStreamNext'
  | 'putStreamEnd'
  | 'counterCreate'
  | 'counterGetConfiguration'
  | 'counterIsDefined'
  | 'counterAddAndGet'
  | 'counterReset'
  | 'counterGet'
  | 'counterCompareAndSwap'
  | 'counterAddListener'
  | 'counterRemoveListener'
  | 'counterRemove'
  | 'counterGetNames'
  | 'counterGetAndSet'
  | 'multimapGet'
  | 'multimapGetWithMetadata'
  | 'multimapPut'
  | 'multimapRemoveKey'
  | 'multimapRemoveEntry'
  | 'multimapSize'
  | 'multimapContainsEntry'
  | 'multimapContainsKey'
  | 'multimapContainsValue'
  | 'prepareTransaction'
  | 'prepareTransaction2'
  | 'commitTransaction'
  | 'rollbackTransaction'
  | 'forgetTransaction'
  | 'fetchTransactionsInDoubt';

/** The operations that work on a cache. A defined operation that is neither here nor above does not compile. */
export const cacheHandlers: {
  readonly [Name in Exclude<
    OperationName,
    keyof typeof connectionOperations | UnservedOperation
  >]: CacheHandler<Name>;
} = {
  get: answerGet,
  getWithMetadata: answerGetWithMetadata,
  getWithVersion: answerGetWithVersion,
  bulkGet: answerBulkGet,
  bulkGetKeys: answerBulkGetKeys,
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
