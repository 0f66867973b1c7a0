import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface UpdateBloomFilterRequest {
  /** Bit set, least significant bit first, without zero bytes at its end; empty: no key is in it. */
  readonly bits: Uint8Array;
}

/** `not-executed`: there is no filter of this cache on this connection. */
export type UpdateBloomFilterReply = { readonly outcome: 'ok' } | { readonly outcome: 'not-executed' };

/**
 * ```
 *   43 →  bytes bits
 *   44 ←  00: (no body)    01: (no body)
 * ```
 */
export const updateBloomFilter = defineOperation<UpdateBloomFilterRequest, UpdateBloomFilterReply>({
  name: 'updateBloomFilter',
  requestOpcode: 0x43,
  replyOpcode: 0x44,
  since: '3.1',
  summary: 'Replaces the bloom filter of this connection and cache.',
  readOnly: true,
  idempotent: true,
  routing: 'connection',
  request: struct<UpdateBloomFilterRequest>(field('bits', bytes)),
  replies: { ok: empty, 'not-executed': empty },
});
