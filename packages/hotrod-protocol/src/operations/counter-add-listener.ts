import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes, string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface CounterAddListenerRequest {
  readonly counterName: string;
  readonly listenerId: Uint8Array;
}

/** `ok`: that is this connection. `not-executed`: added, but it is another. `absent`: the counter is not defined. */
export type CounterAddListenerReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   5A →  string counterName   bytes listenerId
 *   5B ←  00: (no body)    01: (no body)    02: (no body)
 * ```
 */
export const counterAddListener = defineOperation<CounterAddListenerRequest, CounterAddListenerReply>({
  name: 'counterAddListener',
  requestOpcode: 0x5a,
  replyOpcode: 0x5b,
  since: '2.7',
  summary: 'Has events of a counter sent to the connection that first used this listener id.',
  readOnly: true,
  idempotent: false,
  routing: 'any',
  request: struct<CounterAddListenerRequest>(field('counterName', string), field('listenerId', bytes)),
  replies: { ok: empty, 'not-executed': empty, absent: empty },
});
