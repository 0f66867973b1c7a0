import { defineOperation } from '../operation-definition.js';
import { markedList } from '../wire/marked-list.js';
import { bytes, vInt } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface BulkGetKeysRequest {
  /** 0 default, 1 global, 2 local; servers of today pay no attention. */
  readonly scope: number;
}

export interface BulkGetKeysReply {
  readonly outcome: 'ok';
  readonly keys: readonly Uint8Array[];
}

/**
 * ```
 *   1D →  vInt scope
 *   1E ←  00: n × (u8 1  bytes key)  u8 0
 * ```
 */
export const bulkGetKeys = defineOperation<BulkGetKeysRequest, BulkGetKeysReply>({
  name: 'bulkGetKeys',
  requestOpcode: 0x1d,
  replyOpcode: 0x1e,
  since: '2.0',
  summary: 'Reads all keys in one reply; an iteration does it in batches.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: struct<BulkGetKeysRequest>(field('scope', vInt)),
  replies: { ok: struct<Omit<BulkGetKeysReply, 'outcome'>>(field('keys', markedList(bytes))) },
});
