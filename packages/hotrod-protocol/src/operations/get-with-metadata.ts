import { type EntryMetadata, entryMetadata } from '../entry-metadata.js';
import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { fastValue } from './fast-bytes.js';
import { fastMetadata } from './fast-metadata.js';
import { fastKeyRequest } from './fast-request.js';
import { type KeyRequest, keyRequest } from './key-request.js';

export type GetWithMetadataRequest = KeyRequest;

export type GetWithMetadataReply =
  | { readonly outcome: 'ok'; readonly metadata: EntryMetadata; readonly value: Uint8Array }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   1B →  bytes key
 *   1C ←  00: metadata  bytes value    02: (no body)
 * ```
 */
export const getWithMetadata = defineOperation<GetWithMetadataRequest, GetWithMetadataReply>({
  name: 'getWithMetadata',
  requestOpcode: 0x1b,
  replyOpcode: 0x1c,
  since: '2.0',
  summary: 'Reads the value of a key with its version and expiration; it counts as a use of the entry.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: keyRequest,
  fastRequest: fastKeyRequest,
  replies: {
    ok: struct<{ readonly metadata: EntryMetadata; readonly value: Uint8Array }>(
      field('metadata', entryMetadata),
      field('value', bytes),
    ),
    absent: empty,
  },
  fastReply: (window, outcome) => {
    if (outcome !== 'ok') {
      return undefined;
    }
    const start = window.at;
    const metadata = fastMetadata(window);
    const value = metadata === undefined ? undefined : fastValue(window);
    if (metadata === undefined || value === undefined) {
      window.at = start;
      return undefined;
    }
    return { outcome: 'ok', metadata, value };
  },
});
