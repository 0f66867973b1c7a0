import { type MediaType, mediaType, NO_MEDIA_TYPE } from '../media-type.js';
import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { list } from '../wire/list.js';
import { u8, u16 } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

/** Nothing: the header says it all. */
export type PingRequest = EmptyBody;

/** What the server and the cache named in the header are. The older the version, the less is told. */
export interface PingReply {
  readonly outcome: 'ok';
  /** From 2.9: how the cache stores keys; none without a cache. */
  readonly keyMediaType?: MediaType;
  /** From 2.9: how the cache stores values. */
  readonly valueMediaType?: MediaType;
  /** From 3.0: version byte of the highest version that the server speaks, 41 for 4.1. May be one not known here. */
  readonly serverVersion?: number;
  /** From 3.0: request opcodes that the server has, in no order. */
  readonly opcodes?: readonly number[];
}

/**
 * ```
 *   17 →  (no body)
 *   18 ←  before 2.9: (no body)
 *         2.9:        MediaType keys   MediaType values
 *         from 3.0:   MediaType keys   MediaType values   u8 serverVersion   vInt n  n × u16 opcode
 * ```
 * Needs no authentication.
 */
export const ping = defineOperation<PingRequest, PingReply>({
  name: 'ping',
  requestOpcode: 0x17,
  replyOpcode: 0x18,
  since: '2.0',
  summary: 'Asks whether the server is there, what it speaks and how the cache stores its entries.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: empty,
  replies: {
    ok: struct<Omit<PingReply, 'outcome'>>(
      since('2.9', field('keyMediaType', mediaType, { otherwise: NO_MEDIA_TYPE })),
      since('2.9', field('valueMediaType', mediaType, { otherwise: NO_MEDIA_TYPE })),
      since('3.0', field('serverVersion', u8)),
      since('3.0', field('opcodes', list(u16), { otherwise: [] })),
    ),
  },
});
