import { defineOperation } from '../operation-definition.js';
import { bool, bytes } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface MultimapRemoveKeyRequest {
  readonly key: Uint8Array;
  /** Whether a key may hold a value more than once: then its values are a list, else a set. Only on the wire from 4.0. */
  readonly supportsDuplicates?: boolean;
}

export interface MultimapRemoveKeyReply {
  readonly outcome: 'ok';
  readonly removed: boolean;
}

/**
 * ```
 *   6D →  bytes key   [bool supportsDuplicates]
 *                      from 4.0
 *   6E ←  00: bool removed
 * ```
 */
export const multimapRemoveKey = defineOperation<MultimapRemoveKeyRequest, MultimapRemoveKeyReply>({
  name: 'multimapRemoveKey',
  requestOpcode: 0x6d,
  replyOpcode: 0x6e,
  since: '2.7',
  summary: 'Removes a key of a multimap with all its values.',
  readOnly: false,
  idempotent: true,
  routing: 'key',
  request: struct<MultimapRemoveKeyRequest>(
    field('key', bytes),
    since('4.0', field('supportsDuplicates', bool, { otherwise: false })),
  ),
  replies: { ok: struct<Omit<MultimapRemoveKeyReply, 'outcome'>>(field('removed', bool)) },
});
