import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface RemoveClientListenerRequest {
  readonly listenerId: Uint8Array;
}

/** `not-executed`: this server has no such listener. Events that were on their way may still come. */
export type RemoveClientListenerReply = { readonly outcome: 'ok' } | { readonly outcome: 'not-executed' };

/**
 * ```
 *   27 →  bytes listenerId
 *   28 ←  00: (no body)    01: (no body)
 * ```
 */
export const removeClientListener = defineOperation<RemoveClientListenerRequest, RemoveClientListenerReply>({
  name: 'removeClientListener',
  requestOpcode: 0x27,
  replyOpcode: 0x28,
  since: '2.0',
  summary: 'Ends what addClientListener began; the server that it was added at must be asked.',
  readOnly: true,
  idempotent: true,
  routing: 'connection',
  request: struct<RemoveClientListenerRequest>(field('listenerId', bytes)),
  replies: { ok: empty, 'not-executed': empty },
});
