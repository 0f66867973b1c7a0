import { defineOperation } from '../operation-definition.js';
import { bool, vLong } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface MultimapSizeRequest {
  /** As in multimapGet. */
  readonly supportsDuplicates?: boolean;
}

export interface MultimapSizeReply {
  readonly outcome: 'ok';
  /** A bigint only where it is no safe integer. */
  readonly size: number | bigint;
}

/**
 * ```
 *   71 →  [bool supportsDuplicates]
 *          from 4.0
 *   72 ←  00: vLong size
 * ```
 */
export const multimapSize = defineOperation<MultimapSizeRequest, MultimapSizeReply>({
  name: 'multimapSize',
  requestOpcode: 0x71,
  replyOpcode: 0x72,
  since: '2.7',
  summary: 'Counts the pairs of key and value of a multimap.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: struct<MultimapSizeRequest>(since('4.0', field('supportsDuplicates', bool, { otherwise: false }))),
  replies: { ok: struct<Omit<MultimapSizeReply, 'outcome'>>(field('size', vLong)) },
});
