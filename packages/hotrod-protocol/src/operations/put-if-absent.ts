import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { fastWriteRequest } from './fast-request.js';
import { previousBody } from './previous-body.js';
import { type WriteRequest, writeRequest } from './write-request.js';

export type PutIfAbsentRequest = WriteRequest;

/** `previous` is the entry that is there and stays. */
export type PutIfAbsentReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'not-executed-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   05 →  bytes key   expiration   bytes value
 *   06 ←  00: (no body)    01: (no body)    04: previous value
 * ```
 */
export const putIfAbsent = defineOperation<PutIfAbsentRequest, PutIfAbsentReply>({
  name: 'putIfAbsent',
  requestOpcode: 0x05,
  replyOpcode: 0x06,
  since: '2.0',
  summary: 'Stores an entry where the key has none.',
  readOnly: false,
  idempotent: false,
  routing: 'key',
  request: writeRequest,
  fastRequest: fastWriteRequest,
  replies: { ok: empty, 'not-executed': empty, 'not-executed-with-previous': previousBody },
});
