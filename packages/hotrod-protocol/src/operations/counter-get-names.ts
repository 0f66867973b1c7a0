import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export type CounterGetNamesRequest = EmptyBody;

export interface CounterGetNamesReply {
  readonly outcome: 'ok';
  readonly counterNames: readonly string[];
}

/**
 * ```
 *   64 →  (no body)
 *   65 ←  00: vInt n   n × string
 * ```
 */
export const counterGetNames = defineOperation<CounterGetNamesRequest, CounterGetNamesReply>({
  name: 'counterGetNames',
  requestOpcode: 0x64,
  replyOpcode: 0x65,
  since: '2.7',
  summary: 'Lists the counters that are defined.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: empty,
  replies: { ok: struct<Omit<CounterGetNamesReply, 'outcome'>>(field('counterNames', list(string))) },
});
