import { defineOperation } from '../operation-definition.js';
import { bool, bytes, i32 } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';
import { type StreamIdRequest, streamIdRequest } from './stream-id-request.js';

export type GetStreamNextRequest = StreamIdRequest;

export interface GetStreamNextReply {
  readonly outcome: 'ok';
  readonly streamId: number;
  /** Whether this chunk ends the value; past it there are only empty ones. */
  readonly complete: boolean;
  readonly chunk: Uint8Array;
}

/**
 * ```
 *   E7 →  i32 streamId
 *   E6 ←  00: i32 streamId  bool complete  bytes chunk
 * ```
 */
export const getStreamNext = defineOperation<GetStreamNextRequest, GetStreamNextReply>({
  name: 'getStreamNext',
  requestOpcode: 0xe7,
  replyOpcode: 0xe6,
  since: '4.1',
  summary: 'Reads the next chunk of a value.',
  readOnly: true,
  idempotent: false,
  routing: 'connection',
  request: streamIdRequest,
  replies: {
    ok: struct<Omit<GetStreamNextReply, 'outcome'>>(
      field('streamId', i32),
      field('complete', bool),
      field('chunk', bytes),
    ),
  },
});
