import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { bytes, i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';
import { previousBody } from './previous-body.js';

export interface ReplaceIfUnmodifiedRequest {
  readonly key: Uint8Array;
  /** Never, where it is not given. */
  readonly expiration?: WireExpiration;
  /** The version that the entry must have. */
  readonly entryVersion: bigint;
  readonly value: Uint8Array;
}

/** `not-executed`: the version differs; `previous` is then the entry that is there and stays. */
export type ReplaceIfUnmodifiedReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue }
  | { readonly outcome: 'not-executed-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   09 →  bytes key   expiration   i64 version   bytes value
 *   0A ←  00: (no body)    01: (no body)    02: (no body)    03: previous value    04: current value
 * ```
 */
export const replaceIfUnmodified = defineOperation<ReplaceIfUnmodifiedRequest, ReplaceIfUnmodifiedReply>({
  name: 'replaceIfUnmodified',
  requestOpcode: 0x09,
  replyOpcode: 0x0a,
  since: '2.0',
  summary: 'Stores an entry where the one that is there has the given version.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: struct<ReplaceIfUnmodifiedRequest>(
    field('key', bytes),
    field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
    field('entryVersion', i64),
    field('value', bytes),
  ),
  replies: {
    ok: empty,
    'not-executed': empty,
    absent: empty,
    'ok-with-previous': previousBody,
    'not-executed-with-previous': previousBody,
  },
});
