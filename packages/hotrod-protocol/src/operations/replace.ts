import { defineOperation } from '../operation-definition.js';
import type { PreviousValue } from '../previous-value.js';
import { empty } from '../wire/empty.js';
import { fastWriteRequest } from './fast-request.js';
import { previousBody } from './previous-body.js';
import { type WriteRequest, writeRequest } from './write-request.js';

export type ReplaceRequest = WriteRequest;

/** A key without an entry is `not-executed`, not `absent`. */
export type ReplaceReply =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'not-executed' }
  | { readonly outcome: 'ok-with-previous'; readonly previous: PreviousValue };

/**
 * ```
 *   07 →  bytes key   expiration   bytes value
 *   08 ←  00: (no body)    01: (no body)    03: previous value
 * ```
 */
export const replace = defineOperation<ReplaceRequest, ReplaceReply>({
  name: 'replace',
  requestOpcode: 0x07,
  replyOpcode: 0x08,
  since: '2.0',
  summary: 'Stores an entry where the key has one.',
  readOnly: false,
  idempotent: true,
  routing: 'key',
  request: writeRequest,
  fastRequest: fastWriteRequest,
  replies: { ok: empty, 'not-executed': empty, 'ok-with-previous': previousBody },
});
