import { defineOperation } from '../operation-definition.js';
import { markedList } from '../wire/marked-list.js';
import { vInt } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type KeyValue, keyValue } from './key-value.js';

export interface BulkGetRequest {
  /** 0: all. */
  readonly maxEntries: number;
}

export interface BulkGetReply {
  readonly outcome: 'ok';
  readonly entries: readonly KeyValue[];
}

/**
 * ```
 *   19 →  vInt maxEntries
 *   1A ←  00: n × (u8 1  bytes key  bytes value)  u8 0
 * ```
 */
export const bulkGet = defineOperation<BulkGetRequest, BulkGetReply>({
  name: 'bulkGet',
  requestOpcode: 0x19,
  replyOpcode: 0x1a,
  since: '2.0',
  summary: 'Reads many entries in one reply; an iteration does it in batches.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: struct<BulkGetRequest>(field('maxEntries', vInt)),
  replies: { ok: struct<Omit<BulkGetReply, 'outcome'>>(field('entries', markedList(keyValue))) },
});
