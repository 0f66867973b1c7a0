import { defineOperation } from '../operation-definition.js';
import { list } from '../wire/list.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type KeyValue, keyValue } from './key-value.js';

export interface GetAllRequest {
  readonly keys: readonly Uint8Array[];
}

export interface GetAllReply {
  readonly outcome: 'ok';
  /** Only keys that have an entry, in any order. */
  readonly entries: readonly KeyValue[];
}

/**
 * ```
 *   2F →  vInt n   n × bytes key
 *   30 ←  00: vInt m   m × (bytes key, bytes value)
 * ```
 */
export const getAll = defineOperation<GetAllRequest, GetAllReply>({
  name: 'getAll',
  requestOpcode: 0x2f,
  replyOpcode: 0x30,
  since: '2.1',
  summary: 'Reads the values of many keys at once.',
  readOnly: true,
  idempotent: true,
  routing: 'keys',
  request: struct<GetAllRequest>(field('keys', list(bytes))),
  replies: { ok: struct<Omit<GetAllReply, 'outcome'>>(field('entries', list(keyValue))) },
});
