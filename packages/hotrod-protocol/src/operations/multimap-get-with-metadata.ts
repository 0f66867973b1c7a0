import { type EntryMetadata, entryMetadata } from '../entry-metadata.js';
import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { bool, bytes } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface MultimapGetWithMetadataRequest {
  readonly key: Uint8Array;
  /** Whether a key may hold a value more than once: then its values are a list, else a set. Only on the wire from 4.0. */
  readonly supportsDuplicates?: boolean;
}

export type MultimapGetWithMetadataReply =
  | { readonly outcome: 'ok'; readonly metadata: EntryMetadata; readonly values: readonly Uint8Array[] }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   69 →  bytes key   [bool supportsDuplicates]
 *                      from 4.0
 *   6A ←  00: metadata   vInt n   n × bytes    02: (no body)
 * ```
 */
export const multimapGetWithMetadata = defineOperation<
  MultimapGetWithMetadataRequest,
  MultimapGetWithMetadataReply
>({
  name: 'multimapGetWithMetadata',
  requestOpcode: 0x69,
  replyOpcode: 0x6a,
  since: '2.7',
  summary: 'Reads all values of a key of a multimap with version and expiration.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: struct<MultimapGetWithMetadataRequest>(
    field('key', bytes),
    since('4.0', field('supportsDuplicates', bool, { otherwise: false })),
  ),
  replies: {
    ok: struct<{ readonly metadata: EntryMetadata; readonly values: readonly Uint8Array[] }>(
      field('metadata', entryMetadata),
      field('values', list(bytes)),
    ),
    absent: empty,
  },
});
