import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { fastWriteRequest } from './fast-request.js';
import { previousBody } from './previous-body.js';
import { type WriteRequest, writeRequest } from './write-request.js';

export type PutRequest = WriteRequest;

/** With FORCE_RETURN_PREVIOUS_VALUE always `ok-with-previous`, also where there was no entry. */
export type PutReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   01 →  bytes key   expiration   bytes value
 *   02 ←  00: (no body)    03: previous value
 * ```
 */
export const put = defineOperation<PutRequest, PutReply>({
  name: 'put',
  requestOpcode: 0x01,
  replyOpcode: 0x02,
  since: '2.0',
  summary: 'Stores an entry, whatever was there.',
  readOnly: false,
  idempotent: true,
  routing: 'key',
  request: writeRequest,
  fastRequest: fastWriteRequest,
  replies: { ok: empty, 'ok-with-previous': previousBody },
});
