import { type EntryMetadata, entryMetadata } from '../entry-metadata.js';
import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { bool, bytes, i32, vInt } from '../wire/primitives.js';
import { field, struct } from '../wire/struct.js';

export interface GetStreamStartRequest {
  readonly key: Uint8Array;
  /** Bytes per chunk, at most. */
  readonly batchSize: number;
}

export type GetStreamStartReply =
  | {
      readonly outcome: 'ok';
      /** Known on this connection only; always end it. */
      readonly streamId: number;
      /** Whether this chunk ends the value. */
      readonly complete: boolean;
      readonly metadata: EntryMetadata;
      readonly chunk: Uint8Array;
    }
  | { readonly outcome: 'absent' };

/**
 * ```
 *   E9 →  bytes key   vInt batchSize
 *   E8 ←  00: i32 streamId  bool complete  metadata  bytes chunk    02: (no body)
 * ```
 * Servers take it from 4.0 on; to an older request they answer nothing at all.
 */
export const getStreamStart = defineOperation<GetStreamStartRequest, GetStreamStartReply>({
  name: 'getStreamStart',
  requestOpcode: 0xe9,
  replyOpcode: 0xe8,
  since: '4.1',
  summary: 'Begins to read a value in chunks.',
  readOnly: true,
  idempotent: false,
  routing: 'key',
  request: struct<GetStreamStartRequest>(field('key', bytes), field('batchSize', vInt)),
  replies: {
    ok: struct<Omit<Extract<GetStreamStartReply, { outcome: 'ok' }>, 'outcome'>>(
      field('streamId', i32),
      field('complete', bool),
      field('metadata', entryMetadata),
      field('chunk', bytes),
    ),
    absent: empty,
  },
});
