import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { fastKeyRequest } from './fast-request.js';
import { type KeyRequest, keyRequest } from './key-request.js';
import { previousBody } from './previous-body.js';

export type RemoveRequest = KeyRequest;

export type RemoveReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   0B →  bytes key
 *   0C ←  00: (no body)    02: (no body)    03: previous value
 * ```
 */
export const remove = defineOperation<RemoveRequest, RemoveReply>({
  name: 'remove',
  requestOpcode: 0x0b,
  replyOpcode: 0x0c,
  since: '2.0',
  summary: 'Removes the entry of a key.',
  readOnly: false,
  idempotent: true,
  routing: 'key',
  request: keyRequest,
  fastRequest: fastKeyRequest,
  replies: { ok: empty, absent: empty, 'ok-with-previous': previousBody },
});
