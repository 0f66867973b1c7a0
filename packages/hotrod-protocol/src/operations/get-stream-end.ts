import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { type StreamIdRequest, streamIdRequest } from './stream-id-request.js';

export type GetStreamEndRequest = StreamIdRequest;

export interface GetStreamEndReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   E5 →  i32 streamId
 *   E4 ←  00: (no body), also for an unknown id
 * ```
 */
export const getStreamEnd = defineOperation<GetStreamEndRequest, GetStreamEndReply>({
  name: 'getStreamEnd',
  requestOpcode: 0xe5,
  replyOpcode: 0xe4,
  since: '4.1',
  summary: 'Gives the reading of a value up, or confirms that it is over.',
  readOnly: true,
  idempotent: true,
  routing: 'connection',
  request: streamIdRequest,
  replies: { ok: empty },
});
