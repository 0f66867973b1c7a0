import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes, i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type KeyRequest, keyRequest } from './key-request.js';

export type GetWithVersionRequest = KeyRequest;

export type GetWithVersionReply =
  | { readonly outcome: 'ok'; readonly entryVersion: bigint; readonly value: Uint8Array }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   11 →  bytes key
 *   12 ←  00: i64 version  bytes value    02: (no body)
 * ```
 */
export const getWithVersion = defineOperation<GetWithVersionRequest, GetWithVersionReply>({
  name: 'getWithVersion',
  requestOpcode: 0x11,
  replyOpcode: 0x12,
  since: '2.0',
  summary: 'Reads the value of a key with its version; getWithMetadata tells more.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: keyRequest,
  replies: {
    ok: struct<{ readonly entryVersion: bigint; readonly value: Uint8Array }>(
      field('entryVersion', i64),
      field('value', bytes),
    ),
    absent: empty,
  },
});
