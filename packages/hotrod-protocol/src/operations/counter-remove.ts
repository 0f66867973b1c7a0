import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type CounterNameRequest, counterNameRequest } from './counter-name-request.js';

export type CounterRemoveRequest = CounterNameRequest;

export interface CounterRemoveReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   5E →  string counterName
 *   5F ←  00: (no body)
 * ```
 */
export const counterRemove = defineOperation<CounterRemoveRequest, CounterRemoveReply>({
  name: 'counterRemove',
  requestOpcode: 0x5e,
  replyOpcode: 0x5f,
  since: '2.7',
  summary: 'Removes the value of a counter; it begins anew when it is used again.',
  readOnly: false,
  idempotent: true,
  routing: 'any',
  request: counterNameRequest,
  replies: { ok: empty },
});
