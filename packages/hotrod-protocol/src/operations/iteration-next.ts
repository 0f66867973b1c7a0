import { defineOperation } from '../operation-definition.js';
import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type IterationBatch, iterationBatch } from './iteration-batch.js';

export interface IterationNextRequest {
  readonly iterationId: string;
}

/** `invalid-iteration`: the server does not know the id; its batch is empty. No entries: the iteration has ended. */
export type IterationNextReply =
  | ({ readonly outcome: 'ok' } & IterationBatch)
  | ({ readonly outcome: 'invalid-iteration' } & IterationBatch);

/**
 * ```
 *   33 →  string iterationId
 *   34 ←  00 and 05:
 *         bytes finishedSegments   vInt entries   [vInt projections]   entries × entry
 *                                                  from 2.4, or where the filter makes projections;
 *                                                  never where there are no entries
 *         entry:  [u8 marker  [metadata]]   bytes key   projections × bytes value
 *                  from 2.5    marker 1
 * ```
 */
export const iterationNext = defineOperation<IterationNextRequest, IterationNextReply>({
  name: 'iterationNext',
  requestOpcode: 0x33,
  replyOpcode: 0x34,
  since: '2.3',
  summary: 'Takes the next batch of an iteration.',
  readOnly: true,
  idempotent: false,
  routing: 'connection',
  request: struct<IterationNextRequest>(field('iterationId', string)),
  replies: { ok: iterationBatch, 'invalid-iteration': iterationBatch },
});
