import type { OperationDefinition } from './operation-definition.js';
import { addBloomFilterNearCacheListener } from './operations/add-bloom-filter-near-cache-listener.js';
import { addClientListener } from './operations/add-client-listener.js';
import { auth } from './operations/auth.js';
import { authMechList } from './operations/auth-mech-list.js';
import { bulkGet } from './operations/bulk-get.js';
import { bulkGetKeys } from './operations/bulk-get-keys.js';
import { clear } from './operations/clear.js';
import { commitTransaction } from './operations/commit-transaction.js';
import { containsKey } from './operations/contains-key.js';
import { counterAddAndGet } from './operations/counter-add-and-get.js';
import { counterAddListener } from './operations/counter-add-listener.js';
import { counterCompareAndSwap } from './operations/counter-compare-and-swap.js';
import { counterCreate } from './operations/counter-create.js';
import { counterGet } from './operations/counter-get.js';
import { counterGetAndSet } from './operations/counter-get-and-set.js';
import { counterGetConfiguration } from './operations/counter-get-configuration.js';
import { counterGetNames } from './operations/counter-get-names.js';
import { counterIsDefined } from './operations/counter-is-defined.js';
import { counterRemove } from './operations/counter-remove.js';
import { counterRemoveListener } from './operations/counter-remove-listener.js';
import { counterReset } from './operations/counter-reset.js';
import { exec } from './operations/exec.js';
import { fetchTransactionsInDoubt } from './operations/fetch-transactions-in-doubt.js';
import { forgetTransaction } from './operations/forget-transaction.js';
import { get } from './operations/get.js';
import { getAll } from './operations/get-all.js';
import { getStream } from './operations/get-stream.js';
import { getStreamEnd } from './operations/get-stream-end.js';
import { getStreamNext } from './operations/get-stream-next.js';
import { getStreamStart } from './operations/get-stream-start.js';
import { getWithMetadata } from './operations/get-with-metadata.js';
import { getWithVersion } from './operations/get-with-version.js';
import { iterationEnd } from './operations/iteration-end.js';
import { iterationNext } from './operations/iteration-next.js';
import { iterationStart } from './operations/iteration-start.js';
import { multimapContainsEntry } from './operations/multimap-contains-entry.js';
import { multimapContainsKey } from './operations/multimap-contains-key.js';
import { multimapContainsValue } from './operations/multimap-contains-value.js';
import { multimapGet } from './operations/multimap-get.js';
import { multimapGetWithMetadata } from './operations/multimap-get-with-metadata.js';
import { multimapPut } from './operations/multimap-put.js';
import { multimapRemoveEntry } from './operations/multimap-remove-entry.js';
import { multimapRemoveKey } from './operations/multimap-remove-key.js';
import { multimapSize } from './operations/multimap-size.js';
import { ping } from './operations/ping.js';
import { prepareTransaction } from './operations/prepare-transaction.js';
import { prepareTransaction2 } from './operations/prepare-transaction2.js';
import { put } from './operations/put.js';
import { putAll } from './operations/put-all.js';
import { putIfAbsent } from './operations/put-if-absent.js';
import { putStream } from './operations/put-stream.js';
import { putStreamEnd } from './operations/put-stream-end.js';
import { putStreamNext } from './operations/put-stream-next.js';
import { putStreamStart } from './operations/put-stream-start.js';
import { query } from './operations/query.js';
import { remove } from './operations/remove.js';
import { removeClientListener } from './operations/remove-client-listener.js';
import { removeIfUnmodified } from './operations/remove-if-unmodified.js';
import { replace } from './operations/replace.js';
import { replaceIfUnmodified } from './operations/replace-if-unmodified.js';
import { rollbackTransaction } from './operations/rollback-transaction.js';
import { size } from './operations/size.js';
import { stats } from './operations/stats.js';
import { updateBloomFilter } from './operations/update-bloom-filter.js';

/** Every operation defined here, by name. A new one is a file in `operations/` and a line here. */
export const operations = {
  ping,
  get,
  getWithMetadata,
  containsKey,
  put,
  putIfAbsent,
  replace,
  replaceIfUnmodified,
  remove,
  removeIfUnmodified,
  clear,
  size,
  getAll,
  putAll,
  iterationStart,
  iterationNext,
  iterationEnd,
  stats,
  addClientListener,
  removeClientListener,
  authMechList,
  auth,
  getWithVersion,
  bulkGet,
  bulkGetKeys,
  query,
  exec,
  addBloomFilterNearCacheListener,
  updateBloomFilter,
  getStream,
  putStream,
  getStreamStart,
  getStreamNext,
  getStreamEnd,
  putStreamStart,
  putStreamNext,
  putStreamEnd,
  counterCreate,
  counterGetConfiguration,
  counterIsDefined,
  counterAddAndGet,
  counterReset,
  counterGet,
  counterCompareAndSwap,
  counterAddListener,
  counterRemoveListener,
  counterRemove,
  counterGetNames,
  counterGetAndSet,
  multimapGet,
  multimapGetWithMetadata,
  multimapPut,
  multimapRemoveKey,
  multimapRemoveEntry,
  multimapSize,
  multimapContainsEntry,
  multimapContainsKey,
  multimapContainsValue,
  prepareTransaction,
  prepareTransaction2,
  commitTransaction,
  rollbackTransaction,
  forgetTransaction,
  fetchTransactionsInDoubt,
} as const;

/** Name of a defined operation. */
export type OperationName = keyof typeof operations;

const BY_OPCODE: (OperationDefinition | undefined)[] = [];
for (const operation of Object.values(operations)) {
  BY_OPCODE[operation.requestOpcode] = operation;
}

/** The operation of a request opcode; undefined for one without a definition. */
export function operationOfOpcode(requestOpcode: number): OperationDefinition | undefined {
  return BY_OPCODE[requestOpcode];
}
