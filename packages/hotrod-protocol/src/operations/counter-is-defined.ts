import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type CounterNameRequest, counterNameRequest } from './counter-name-request.js';

export type CounterIsDefinedRequest = CounterNameRequest;

export type CounterIsDefinedReply = { readonly outcome: 'ok' } | { readonly outcome: 'not-executed' };

/**
 * ```
 *   4F →  string counterName
 *   51 ←  00: (no body)    01: (no body)
 * ```
 */
export const counterIsDefined = defineOperation<CounterIsDefinedRequest, CounterIsDefinedReply>({
  name: 'counterIsDefined',
  requestOpcode: 0x4f,
  replyOpcode: 0x51,
  since: '2.7',
  summary: 'Asks whether a counter is defined.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: counterNameRequest,
  replies: { ok: empty, 'not-executed': empty },
});
