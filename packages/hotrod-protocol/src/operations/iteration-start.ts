import { defineOperation } from '../operation-definition.js';
import { shortList } from '../wire/list.js';
import { bool, bytes, optionalBytes, optionalString, string, vInt } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface IterationStartRequest {
  /** Bit set of the segments to visit (`segmentSet()`); absent: all. An empty one is none. */
  readonly segments?: Uint8Array;
  /** Name of a filter-converter factory that the server has; absent: none. */
  readonly factory?: string;
  /** Parameters of the factory, at most 255; only on the wire where there is a factory. */
  readonly parameters?: readonly Uint8Array[];
  /** Entries of one iterationNext, at most. */
  readonly batchSize: number;
  /** Whether entries come with their metadata. Only on the wire from 2.4; entries carry it from 2.5. */
  readonly includeMetadata?: boolean;
}

export interface IterationStartReply {
  readonly outcome: 'ok';
  /** Opaque; known to this server only. */
  readonly iterationId: string;
}

/**
 * ```
 *   31 →  optBytes segments   optString factory   [u8 n  n × bytes parameter]   vInt batchSize   [bool metadata]
 *                                                  with a factory                                from 2.4
 *   32 ←  00: string iterationId
 * ```
 * The metadata byte is documented for 2.5, but servers read it from 2.4 on.
 */
export const iterationStart = defineOperation<IterationStartRequest, IterationStartReply>({
  name: 'iterationStart',
  requestOpcode: 0x31,
  replyOpcode: 0x32,
  since: '2.3',
  summary: 'Begins to go through the entries of the cache, or of some of its segments.',
  readOnly: true,
  idempotent: false,
  routing: 'connection',
  request: struct<IterationStartRequest>(
    field('segments', optionalBytes, { otherwise: undefined }),
    field('factory', optionalString, { otherwise: undefined }),
    field('parameters', shortList(bytes), {
      otherwise: [],
      when: (before) => (before as IterationStartRequest).factory !== undefined,
    }),
    field('batchSize', vInt),
    since('2.4', field('includeMetadata', bool, { otherwise: false })),
  ),
  replies: { ok: struct<Omit<IterationStartReply, 'outcome'>>(field('iterationId', string)) },
});
