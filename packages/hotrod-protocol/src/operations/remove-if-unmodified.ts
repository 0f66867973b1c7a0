import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { bytes, i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { previousBody } from './previous-body.js';

export interface RemoveIfUnmodifiedRequest {
  readonly key: Uint8Array;
  /** The version that the entry must have. */
  readonly entryVersion: bigint;
}

/** `not-executed`: the version differs; `previous` is then the entry that is there and stays. */
export type RemoveIfUnmodifiedReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue }
  | { readonly outcome: 'not-executed-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   0D →  bytes key   i64 version
 *   0E ←  00: (no body)    01: (no body)    02: (no body)    03: previous value    04: current value
 * ```
 */
export const removeIfUnmodified = defineOperation<RemoveIfUnmodifiedRequest, RemoveIfUnmodifiedReply>({
  name: 'removeIfUnmodified',
  requestOpcode: 0x0d,
  replyOpcode: 0x0e,
  since: '2.0',
  summary: 'Removes the entry of a key where it has the given version.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: struct<RemoveIfUnmodifiedRequest>(field('key', bytes), field('entryVersion', i64)),
  replies: {
    ok: empty,
    'not-executed': empty,
    absent: empty,
    'ok-with-previous': previousBody,
    'not-executed-with-previous': previousBody,
  },
});
