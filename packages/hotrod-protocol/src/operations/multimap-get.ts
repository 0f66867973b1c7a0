import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { bool, bytes } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface MultimapGetRequest {
  readonly key: Uint8Array;
  /** Whether a key may hold a value more than once: then its values are a list, else a set. Only on the wire from 4.0. */
  readonly supportsDuplicates?: boolean;
}

export type MultimapGetReply =
  | { readonly outcome: 'ok'; readonly values: readonly Uint8Array[] }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   67 →  bytes key   [bool supportsDuplicates]
 *                      from 4.0
 *   68 ←  00: vInt n   n × bytes    02: (no body)
 * ```
 */
export const multimapGet = defineOperation<MultimapGetRequest, MultimapGetReply>({
  name: 'multimapGet',
  requestOpcode: 0x67,
  replyOpcode: 0x68,
  since: '2.7',
  summary: 'Reads all values of a key of a multimap.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: struct<MultimapGetRequest>(
    field('key', bytes),
    since('4.0', field('supportsDuplicates', bool, { otherwise: false })),
  ),
  replies: {
    ok: struct<{ readonly values: readonly Uint8Array[] }>(field('values', list(bytes))),
    absent: empty,
  },
});
