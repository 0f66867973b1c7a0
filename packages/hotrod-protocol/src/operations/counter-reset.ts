import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type CounterNameRequest, counterNameRequest } from './counter-name-request.js';

export type CounterResetRequest = CounterNameRequest;

export type CounterResetReply = { readonly outcome: 'ok' } | { readonly outcome: 'absent' };

/**
 * ```
 *   54 →  string counterName
 *   55 ←  00: (no body)    02: (no body)
 * ```
 */
export const counterReset = defineOperation<CounterResetRequest, CounterResetReply>({
  name: 'counterReset',
  requestOpcode: 0x54,
  replyOpcode: 0x55,
  since: '2.7',
  summary: 'Sets a counter to its initial value.',
  readOnly: false,
  idempotent: true,
  routing: 'any',
  request: counterNameRequest,
  replies: { ok: empty, absent: empty },
});
