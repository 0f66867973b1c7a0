import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { fastKeyRequest } from './fast-request.js';
import { type KeyRequest, keyRequest } from './key-request.js';

export type ContainsKeyRequest = KeyRequest;

export type ContainsKeyReply = { readonly outcome: 'ok' } | { readonly outcome: 'absent' };

/**
 * ```
 *   0F →  bytes key
 *   10 ←  00: (no body)    02: (no body)
 * ```
 */
export const containsKey = defineOperation<ContainsKeyRequest, ContainsKeyReply>({
  name: 'containsKey',
  requestOpcode: 0x0f,
  replyOpcode: 0x10,
  since: '2.0',
  summary: 'Asks whether a key has an entry.',
  readOnly: true,
  idempotent: true,
  routing: 'key',
  request: keyRequest,
  fastRequest: fastKeyRequest,
  replies: { ok: empty, absent: empty },
});
