import { defineOperation } from '../operation-definition.js';
import { bool } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type MultimapPair, multimapPair } from './multimap-pair.js';

export type MultimapRemoveEntryRequest = MultimapPair;

export interface MultimapRemoveEntryReply {
  readonly outcome: 'ok';
  readonly removed: boolean;
}

/**
 * ```
 *   6F →  bytes key   expiration   bytes value   [bool supportsDuplicates]
 *                                                                from 4.0
 *   70 ←  00: bool removed
 * ```
 * The expiration is read and not used.
 */
export const multimapRemoveEntry = defineOperation<MultimapRemoveEntryRequest, MultimapRemoveEntryReply>({
  name: 'multimapRemoveEntry',
  requestOpcode: 0x6f,
  replyOpcode: 0x70,
  since: '2.7',
  summary: 'Removes one value of a key of a multimap.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: multimapPair,
  replies: { ok: struct<Omit<MultimapRemoveEntryReply, 'outcome'>>(field('removed', bool)) },
});
