import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { i64, string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface CounterCompareAndSwapRequest {
  readonly counterName: string;
  readonly expected: bigint;
  readonly update: bigint;
}

/**
 * It was swapped where `previousValue` is the one expected. `absent`: it is not defined. `not-executed-with-previous`: a
 * bound stands in the way; here nothing follows.
 */
export type CounterCompareAndSwapReply =
  | { readonly outcome: 'ok'; readonly previousValue: bigint }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'not-executed-with-previous' };

/**
 * ```
 *   58 →  string counterName   i64 expected   i64 update
 *   59 ←  00: i64 previousValue    02: (no body)    04: (no body)
 * ```
 */
export const counterCompareAndSwap = defineOperation<
  CounterCompareAndSwapRequest,
  CounterCompareAndSwapReply
>({
  name: 'counterCompareAndSwap',
  requestOpcode: 0x58,
  replyOpcode: 0x59,
  since: '2.7',
  summary: 'Sets a strong counter where it has an expected value.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<CounterCompareAndSwapRequest>(
    field('counterName', string),
    field('expected', i64),
    field('update', i64),
  ),
  replies: {
    ok: struct<{ readonly previousValue: bigint }>(field('previousValue', i64)),
    absent: empty,
    'not-executed-with-previous': empty,
  },
});
