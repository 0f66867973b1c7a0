import { defineOperation } from '../operation-definition.js';
import { bytes, i32, i64 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';

export interface PutStreamStartRequest {
  readonly key: Uint8Array;
  /** Never, where it is not given. */
  readonly expiration?: WireExpiration;
  /** 0: whatever is there; -1: only where nothing is; else only where this version is. */
  readonly entryVersion: bigint;
}

export interface PutStreamStartReply {
  readonly outcome: 'ok';
  /** Known on this connection only. */
  readonly streamId: number;
}

/**
 * ```
 *   EF →  bytes key   expiration   i64 version
 *   EE ←  00: i32 streamId
 * ```
 */
export const putStreamStart = defineOperation<PutStreamStartRequest, PutStreamStartReply>({
  name: 'putStreamStart',
  requestOpcode: 0xef,
  replyOpcode: 0xee,
  since: '4.1',
  summary: 'Begins to store a value that is sent in chunks.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: struct<PutStreamStartRequest>(
    field('key', bytes),
    field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
    field('entryVersion', i64),
  ),
  replies: { ok: struct<Omit<PutStreamStartReply, 'outcome'>>(field('streamId', i32)) },
});
