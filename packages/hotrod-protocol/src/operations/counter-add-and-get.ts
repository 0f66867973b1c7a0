import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { i64, string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface CounterAddAndGetRequest {
  readonly counterName: string;
  readonly delta: bigint;
}

/** `absent`: it is not defined. `not-executed-with-previous`: a bound stands in the way; here nothing follows. */
export type CounterAddAndGetReply =
  | { readonly outcome: 'ok'; readonly value: bigint }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'not-executed-with-previous' };

/**
 * ```
 *   52 →  string counterName   i64 delta
 *   53 ←  00: i64 value    02: (no body)    04: (no body)
 * ```
 */
export const counterAddAndGet = defineOperation<CounterAddAndGetRequest, CounterAddAndGetReply>({
  name: 'counterAddAndGet',
  requestOpcode: 0x52,
  replyOpcode: 0x53,
  since: '2.7',
  summary: 'Adds to a counter; a weak one answers 0.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<CounterAddAndGetRequest>(field('counterName', string), field('delta', i64)),
  replies: {
    ok: struct<{ readonly value: bigint }>(field('value', i64)),
    absent: empty,
    'not-executed-with-previous': empty,
  },
});
