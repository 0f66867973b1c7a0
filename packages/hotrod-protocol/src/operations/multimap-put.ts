import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type MultimapPair, multimapPair } from './multimap-pair.js';

export type MultimapPutRequest = MultimapPair;

export interface MultimapPutReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   6B →  bytes key   expiration   bytes value   [bool supportsDuplicates]
 *                                                                from 4.0
 *   6C ←  00: (no body)
 * ```
 * The expiration is read and not used.
 */
export const multimapPut = defineOperation<MultimapPutRequest, MultimapPutReply>({
  name: 'multimapPut',
  requestOpcode: 0x6b,
  replyOpcode: 0x6c,
  since: '2.7',
  summary: 'Adds a value to a key of a multimap.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: multimapPair,
  replies: { ok: empty },
});
