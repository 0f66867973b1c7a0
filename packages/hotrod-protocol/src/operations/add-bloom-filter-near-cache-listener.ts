import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes, vInt } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface AddBloomFilterNearCacheListenerRequest {
  readonly listenerId: Uint8Array;
  /** Size of the filter in bits; 0: no filter, every key counts. */
  readonly bits: number;
}

export interface AddBloomFilterNearCacheListenerReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   41 →  bytes listenerId   vInt bits
 *   42 ←  00: (no body)
 * ```
 * getWithMetadata over the same connection puts its key into the filter. At most one such listener per cache and connection.
 */
export const addBloomFilterNearCacheListener = defineOperation<
  AddBloomFilterNearCacheListenerRequest,
  AddBloomFilterNearCacheListenerReply
>({
  name: 'addBloomFilterNearCacheListener',
  requestOpcode: 0x41,
  replyOpcode: 0x42,
  since: '3.1',
  summary:
    'Has modified, removed and expired events sent to this connection, of the keys in its bloom filter.',
  readOnly: true,
  idempotent: false,
  routing: 'any',
  request: struct<AddBloomFilterNearCacheListenerRequest>(field('listenerId', bytes), field('bits', vInt)),
  replies: { ok: empty },
});
