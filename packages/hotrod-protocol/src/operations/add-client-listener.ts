import { defineOperation } from '../operation-definition.js';
import { empty } from '../wire/empty.js';
import { shortList } from '../wire/list.js';
import { bool, bytes, string, vInt } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';

export interface AddClientListenerRequest {
  /** Chosen by the client, unlike any other in the cluster; 16 random bytes do. Events carry it. */
  readonly listenerId: Uint8Array;
  /** Whether a created event comes first for each entry that there is; false where it is not given. */
  readonly includeState?: boolean;
  /** Name of a filter factory that the server has; empty, or not given: every entry counts. */
  readonly filterFactory?: string;
  /** At most 255; only on the wire where there is a filter factory. */
  readonly filterParameters?: readonly Uint8Array[];
  /** Name of a converter factory that the server has; empty, or not given: events are plain. */
  readonly converterFactory?: string;
  /** At most 255; only on the wire where there is a converter factory. */
  readonly converterParameters?: readonly Uint8Array[];
  /** Whether factories get and make bytes as they are, not objects. Only on the wire from 2.1. */
  readonly useRawData?: boolean;
  /** Bits of `ListenerInterest`; 0, or not given: all. Only on the wire from 2.6: before, every listener hears all. */
  readonly interests?: number;
}

export interface AddClientListenerReply {
  readonly outcome: 'ok';
}

/**
 * ```
 *   25 →  bytes listenerId   bool includeState
 *         string filterFactory   [u8 n  n × bytes]   string converterFactory   [u8 n  n × bytes]
 *                                 with a name                                   with a name
 *         [bool useRawData]   [vInt interests]
 *          from 2.1            from 2.6
 *   26 ←  00: (no body)
 * ```
 * The events go to the connection that asked. Those of the present state carry the id of this request, and come before
 * or after its reply; all others carry 0.
 */
export const addClientListener = defineOperation<AddClientListenerRequest, AddClientListenerReply>({
  name: 'addClientListener',
  requestOpcode: 0x25,
  replyOpcode: 0x26,
  since: '2.0',
  summary: 'Has events of the whole cluster sent to this connection.',
  readOnly: true,
  idempotent: false,
  routing: 'any',
  request: struct<AddClientListenerRequest>(
    field('listenerId', bytes),
    field('includeState', bool, { otherwise: false }),
    field('filterFactory', string, { otherwise: '' }),
    field('filterParameters', shortList(bytes), {
      otherwise: [],
      when: (before) => ((before as AddClientListenerRequest).filterFactory ?? '') !== '',
    }),
    field('converterFactory', string, { otherwise: '' }),
    field('converterParameters', shortList(bytes), {
      otherwise: [],
      when: (before) => ((before as AddClientListenerRequest).converterFactory ?? '') !== '',
    }),
    since('2.1', field('useRawData', bool, { otherwise: false })),
    since('2.6', field('interests', vInt, { otherwise: 0 })),
  ),
  replies: { ok: empty },
});
