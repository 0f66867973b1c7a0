import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { chunks } from '../wire/chunks.js';
import { empty } from '../wire/empty.js';
import { bytes, i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';
import { previousBody } from './previous-body.js';

export interface PutStreamRequest {
  readonly key: Uint8Array;
  /** Never, where it is not given. */
  readonly expiration?: WireExpiration;
  /** 0: whatever is there; -1: only where nothing is; else only where this version is. */
  readonly entryVersion: bigint;
  /** None of them empty. */
  readonly chunks: readonly Uint8Array[];
}

/** Outcomes of put, putIfAbsent or replaceIfUnmodified, as `entryVersion` says. */
export type PutStreamReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue }
  | { readonly outcome: 'not-executed-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   39 →  bytes key   expiration   i64 version   n × (vInt length > 0, bytes)   vInt 0
 *   3A ←  00: (no body)    01: (no body)    02: (no body)    03: previous value    04: current value
 * ```
 */
export const putStream = defineOperation<PutStreamRequest, PutStreamReply>({
  name: 'putStream',
  requestOpcode: 0x39,
  replyOpcode: 0x3a,
  since: '2.6',
  summary: 'Stores a value that is sent in chunks; up to 4.0 only, putStreamStart replaces it.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: struct<PutStreamRequest>(
    field('key', bytes),
    field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
    field('entryVersion', i64),
    field('chunks', chunks),
  ),
  replies: {
    ok: empty,
    'not-executed': empty,
    absent: empty,
    'ok-with-previous': previousBody,
    'not-executed-with-previous': previousBody,
  },
});
