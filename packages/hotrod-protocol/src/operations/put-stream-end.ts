import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type StreamIdRequest, streamIdRequest } from './stream-id-request.js';

export type PutStreamEndRequest = StreamIdRequest;

export interface PutStreamEndReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   EB →  i32 streamId
 *   EA ←  00: (no body), also for an unknown id
 * ```
 */
export const putStreamEnd = defineOperation<PutStreamEndRequest, PutStreamEndReply>({
  name: 'putStreamEnd',
  requestOpcode: 0xeb,
  replyOpcode: 0xea,
  since: '4.1',
  summary: 'Discards a value that was not sent to its end.',
  readOnly: false,
  idempotent: true,
  routing: 'connection',
  request: streamIdRequest,
  replies: { ok: empty },
});
