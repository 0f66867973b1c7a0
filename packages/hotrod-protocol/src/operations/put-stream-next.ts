import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { bool, bytes, i32 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { previousBody } from './previous-body.js';

export interface PutStreamNextRequest {
  readonly streamId: number;
  readonly last: boolean;
  /** Not empty: an empty value can only be put. */
  readonly chunk: Uint8Array;
}

/** Outcomes of put, putIfAbsent or replaceIfUnmodified, as the start said; before the last chunk `ok`. */
export type PutStreamNextReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue }
  | { readonly outcome: 'not-executed-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   ED →  i32 streamId   bool last   bytes chunk
 *   EC ←  00: (no body)    01: (no body)    02: (no body)    03: previous value    04: current value
 * ```
 */
export const putStreamNext = defineOperation<PutStreamNextRequest, PutStreamNextReply>({
  name: 'putStreamNext',
  requestOpcode: 0xed,
  replyOpcode: 0xec,
  since: '4.1',
  summary: 'Sends the next chunk of a value; with the last one it is stored.',
  readOnly: false,
  idempotent: false,
  routing: 'connection',
  request: struct<PutStreamNextRequest>(field('streamId', i32), field('last', bool), field('chunk', bytes)),
  replies: {
    ok: empty,
    'not-executed': empty,
    absent: empty,
    'ok-with-previous': previousBody,
    'not-executed-with-previous': previousBody,
  },
});
