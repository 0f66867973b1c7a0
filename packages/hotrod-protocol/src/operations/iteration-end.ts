import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface IterationEndRequest {
  readonly iterationId: string;
}

/** `invalid-iteration`: the server does not know the id. */
export type IterationEndReply = { readonly outcome: 'ok' } | { readonly outcome: 'invalid-iteration' };

/**
 * ```
 *   35 →  string iterationId
 *   36 ←  00: (no body)    05: (no body)
 * ```
 */
export const iterationEnd = defineOperation<IterationEndRequest, IterationEndReply>({
  name: 'iterationEnd',
  requestOpcode: 0x35,
  replyOpcode: 0x36,
  since: '2.3',
  summary: 'Gives an iteration up.',
  readOnly: true,
  idempotent: true,
  routing: 'connection',
  request: struct<IterationEndRequest>(field('iterationId', string)),
  replies: { ok: empty, 'invalid-iteration': empty },
});
