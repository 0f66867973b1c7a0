import { defineOperation } from '../operation-definition.js';
import { bytes } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface QueryRequest {
  /** In the value media type of the header: a QueryRequest of protobuf, not wrapped, or from 2.9 JSON. */
  readonly payload: Uint8Array;
}

export interface QueryReply {
  readonly outcome: 'ok';
  /** In the same format: a QueryResponse of protobuf, not wrapped, or JSON. */
  readonly payload: Uint8Array;
}

/**
 * ```
 *   1F →  bytes payload
 *   20 ←  00: bytes payload
 * ```
 */
export const query = defineOperation<QueryRequest, QueryReply>({
  name: 'query',
  requestOpcode: 0x1f,
  replyOpcode: 0x20,
  since: '2.0',
  summary: 'Asks an Ickle query; it can also be a DELETE statement.',
  readOnly: false,
  idempotent: false,
  routing: 'any',
  request: struct<QueryRequest>(field('payload', bytes)),
  replies: { ok: struct<Omit<QueryReply, 'outcome'>>(field('payload', bytes)) },
});
