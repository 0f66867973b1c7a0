import { defineOperation } from '../operation-definition.js';
import { bool, bytes } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface MultimapContainsKeyRequest {
  readonly key: Uint8Array;
  /** Whether a key may hold a value more than once: then its values are a list, else a set. Only on the wire from 4.0. */
  readonly supportsDuplicates?: boolean;
}

export interface MultimapContainsKeyReply {
  readonly outcome: 'ok';
  readonly contained: boolean;
}

/**
 * ```
 *   75 →  bytes key   [bool supportsDuplicates]
 *                      from 4.0
 *   76 ←  00: bool contained
 * ```
 */
export const multimapContainsKey = defineOperation<MultimapContainsKeyRequest, MultimapContainsKeyReply>({
  name: 'multimapContainsKey',
  requestOpcode: 0x75,
  replyOpcode: 0x76,
  since: '2.7',
  summary: 'Asks whether a multimap has a key.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: struct<MultimapContainsKeyRequest>(
    field('key', bytes),
    since('4.0', field('supportsDuplicates', bool, { otherwise: false })),
  ),
  replies: { ok: struct<Omit<MultimapContainsKeyReply, 'outcome'>>(field('contained', bool)) },
});
