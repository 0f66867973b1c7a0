import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { field, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';
import { type KeyValue, keyValue } from './key-value.js';

export interface PutAllRequest {
  /** Never, where it is not given; one for all entries. */
  readonly expiration?: WireExpiration;
  /** Which one stays of two entries with one key is not said. */
  readonly entries: readonly KeyValue[];
}

export interface PutAllReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   2D →  expiration   vInt n   n × (bytes key, bytes value)
 *   2E ←  00: (no body)
 * ```
 */
export const putAll = defineOperation<PutAllRequest, PutAllReply>({
  name: 'putAll',
  requestOpcode: 0x2d,
  replyOpcode: 0x2e,
  since: '2.1',
  summary: 'Stores many entries at once.',
  readOnly: false,
  idempotent: true,
  routing: 'keys',
  request: struct<PutAllRequest>(
    field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
    field('entries', list(keyValue)),
  ),
  replies: { ok: empty },
});
