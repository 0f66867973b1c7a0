import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type CounterNameRequest, counterNameRequest } from './counter-name-request.js';

export type CounterGetRequest = CounterNameRequest;

export type CounterGetReply =
  | { readonly outcome: 'ok'; readonly value: bigint }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   56 →  string counterName
 *   57 ←  00: i64 value    02: (no body)
 * ```
 */
export const counterGet = defineOperation<CounterGetRequest, CounterGetReply>({
  name: 'counterGet',
  requestOpcode: 0x56,
  replyOpcode: 0x57,
  since: '2.7',
  summary: 'Reads a counter.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: counterNameRequest,
  replies: { ok: struct<{ readonly value: bigint }>(field('value', i64)), absent: empty },
});
