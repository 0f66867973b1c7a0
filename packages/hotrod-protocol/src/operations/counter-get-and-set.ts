import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { i64, string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface CounterGetAndSetRequest {
  readonly counterName: string;
  readonly value: bigint;
}

/** `absent`: it is not defined. `not-executed-with-previous`: a bound stands in the way; here nothing follows. */
export type CounterGetAndSetReply =
  | { readonly outcome: 'ok'; readonly previousValue: bigint }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'not-executed-with-previous' };

/**
 * ```
 *   7F →  string counterName   i64 value
 *   80 ←  00: i64 previousValue    02: (no body)    04: (no body)
 * ```
 */
export const counterGetAndSet = defineOperation<CounterGetAndSetRequest, CounterGetAndSetReply>({
  name: 'counterGetAndSet',
  requestOpcode: 0x7f,
  replyOpcode: 0x80,
  since: '3.1',
  summary: 'Sets a strong counter and tells what it was.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<CounterGetAndSetRequest>(field('counterName', string), field('value', i64)),
  replies: {
    ok: struct<{ readonly previousValue: bigint }>(field('previousValue', i64)),
    absent: empty,
    'not-executed-with-previous': empty,
  },
});
