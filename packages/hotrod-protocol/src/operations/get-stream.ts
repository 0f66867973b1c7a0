import { type EntryMetadata, entryMetadata } from '../entry-metadata.js';
import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes, vInt } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface GetStreamRequest {
  readonly key: Uint8Array;
  /** Send 0 and skip: with another offset servers announce fewer bytes than they send. */
  readonly offset: number;
}

export type GetStreamReply =
  | { readonly outcome: 'ok'; readonly metadata: EntryMetadata; readonly value: Uint8Array }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   37 →  bytes key   vInt offset
 *   38 ←  00: metadata  bytes value    02: (no body)
 * ```
 */
export const getStream = defineOperation<GetStreamRequest, GetStreamReply>({
  name: 'getStream',
  requestOpcode: 0x37,
  replyOpcode: 0x38,
  since: '2.6',
  summary: 'Reads the value of a key for a caller that takes it piece by piece; getStreamStart replaces it.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: struct<GetStreamRequest>(field('key', bytes), field('offset', vInt)),
  replies: {
    ok: struct<{ readonly metadata: EntryMetadata; readonly value: Uint8Array }>(
      field('metadata', entryMetadata),
      field('value', bytes),
    ),
    absent: empty,
  },
});
