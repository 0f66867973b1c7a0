import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bytes, string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface CounterRemoveListenerRequest {
  readonly counterName: string;
  readonly listenerId: Uint8Array;
}

/** `ok`: removed, and the listener has no counter left. `not-executed`: removed, it has others. `absent`: unknown id. */
export type CounterRemoveListenerReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   5C →  string counterName   bytes listenerId
 *   5D ←  00: (no body)    01: (no body)    02: (no body)
 * ```
 */
export const counterRemoveListener = defineOperation<
  CounterRemoveListenerRequest,
  CounterRemoveListenerReply
>({
  name: 'counterRemoveListener',
  requestOpcode: 0x5c,
  replyOpcode: 0x5d,
  since: '2.7',
  summary: 'Ends what counterAddListener began; an empty name means all counters of the listener.',
  readOnly: true,
  idempotent: true,
  routing: 'connection',
  request: struct<CounterRemoveListenerRequest>(field('counterName', string), field('listenerId', bytes)),
  replies: { ok: empty, 'not-executed': empty, absent: empty },
});
