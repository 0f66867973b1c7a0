import { defineOperation } from '../operation-definition.js';
import { bool } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type MultimapPair, multimapPair } from './multimap-pair.js';

export type MultimapContainsEntryRequest = MultimapPair;

export interface MultimapContainsEntryReply {
  readonly outcome: 'ok';
  readonly contained: boolean;
}

/**
 * ```
 *   73 →  bytes key   expiration   bytes value   [bool supportsDuplicates]
 *                                                                from 4.0
 *   74 ←  00: bool contained
 * ```
 * The expiration is read and not used.
 */
export const multimapContainsEntry = defineOperation<
  MultimapContainsEntryRequest,
  MultimapContainsEntryReply
>({
  name: 'multimapContainsEntry',
  requestOpcode: 0x73,
  replyOpcode: 0x74,
  since: '2.7',
  summary: 'Asks whether a key of a multimap has a value.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: multimapPair,
  replies: { ok: struct<Omit<MultimapContainsEntryReply, 'outcome'>>(field('contained', bool)) },
});
