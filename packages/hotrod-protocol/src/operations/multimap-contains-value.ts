import { defineOperation } from '../operation-definition.js';
import { bool, bytes } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';

export interface MultimapContainsValueRequest {
  /** Not used. */
  readonly expiration?: WireExpiration;
  readonly value: Uint8Array;
  /** As in multimapGet. */
  readonly supportsDuplicates?: boolean;
}

export interface MultimapContainsValueReply {
  readonly outcome: 'ok';
  readonly contained: boolean;
}

/**
 * ```
 *   77 →  expiration   bytes value   [bool supportsDuplicates]
 *                                      from 4.0
 *   78 ←  00: bool contained
 * ```
 */
export const multimapContainsValue = defineOperation<
  MultimapContainsValueRequest,
  MultimapContainsValueReply
>({
  name: 'multimapContainsValue',
  requestOpcode: 0x77,
  replyOpcode: 0x78,
  since: '2.7',
  summary: 'Asks whether any key of a multimap has a value.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: struct<MultimapContainsValueRequest>(
    field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
    field('value', bytes),
    since('4.0', field('supportsDuplicates', bool, { otherwise: false })),
  ),
  replies: { ok: struct<Omit<MultimapContainsValueReply, 'outcome'>>(field('contained', bool)) },
});
