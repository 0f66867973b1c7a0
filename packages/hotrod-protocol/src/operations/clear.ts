import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { empty } from '../wire/empty.js';

export type ClearRequest = EmptyBody;

export interface ClearReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   13 →  (no body)
 *   14 ←  00: (no body)
 * ```
 */
export const clear = defineOperation<ClearRequest, ClearReply>({
  name: 'clear',
  requestOpcode: 0x13,
  replyOpcode: 0x14,
  since: '2.0',
  summary: 'Removes every entry of the cache.',
  readOnly: false,
  idempotent: true,
  routing: 'any',
  request: empty,
  replies: { ok: empty },
});
