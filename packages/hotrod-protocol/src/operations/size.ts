import { defineOperation, type EmptyBody } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { vLong } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export type SizeRequest = EmptyBody;

export interface SizeReply {
  readonly outcome: 'ok';
  /** Entries in the whole cluster and its stores. */
  readonly size: number | bigint;
}

/**
 * ```
 *   29 →  (no body)
 *   2A ←  00: vLong size
 * ```
 */
export const size = defineOperation<SizeRequest, SizeReply>({
  name: 'size',
  requestOpcode: 0x29,
  replyOpcode: 0x2a,
  since: '2.0',
  summary: 'Counts the entries of the cache, in the whole cluster; it can be slow.',
  readOnly: true,
  idempotent: true,
  routing: 'any',
  request: empty,
  replies: { ok: struct<{ readonly size: number | bigint }>(field('size', vLong)) },
});
