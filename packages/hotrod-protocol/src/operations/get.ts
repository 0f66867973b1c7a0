import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { fastValue } from './fast-bytes.js';
import { fastKeyRequest } from './fast-request.js';
import { type KeyRequest, keyRequest } from './key-request.js';

export type GetRequest = KeyRequest;

export type GetReply =
  | { readonly outcome: 'ok'; readonly value: Uint8Array }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   03 →  bytes key
 *   04 ←  00: bytes value    02: (no body)
 * ```
 */
export const get = defineOperation<GetRequest, GetReply>({
  name: 'get',
  requestOpcode: 0x03,
  replyOpcode: 0x04,
  since: '2.0',
  summary: 'Reads the value of a key; it counts as a use of the entry.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: keyRequest,
  fastRequest: fastKeyRequest,
  replies: { ok: struct<{ readonly value: Uint8Array }>(field('value', bytes)), absent: empty },
  fastReply: (window, outcome) => {
    if (outcome !== 'ok') {
      return undefined;
    }
    const value = fastValue(window);
    return value === undefined ? undefined : { outcome: 'ok', value };
  },
});
