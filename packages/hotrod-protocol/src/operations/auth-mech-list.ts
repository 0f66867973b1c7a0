import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { string } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export type AuthMechListRequest = EmptyBody;

export interface AuthMechListReply {
  readonly outcome: 'ok';
  /** SASL mechanisms under their registered names, in the server's order; none where it asks for no authentication. */
  readonly mechanisms: readonly string[];
}

/**
 * ```
 *   21 →  (no body)
 *   22 ←  00: vInt n   n × string mechanism
 * ```
 * Needs no authentication.
 */
export const authMechList = defineOperation<AuthMechListRequest, AuthMechListReply>({
  name: 'authMechList',
  requestOpcode: 0x21,
  replyOpcode: 0x22,
  since: '2.0',
  summary: 'Asks which SASL mechanisms the server takes.',
  readOnly: true,
  idempotent: true,
  routing: 'connection',
  request: empty,
  replies: { ok: struct<Omit<AuthMechListReply, 'outcome'>>(field('mechanisms', list(string))) },
});
