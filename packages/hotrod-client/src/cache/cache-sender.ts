import type { AnyReply } from '@kvtwin/hotrod-protocol';
import type { CallSender } from '../call-sender.js';
import type { KeyRouter } from '../cluster/owner-parts.js';
import type { SegmentRouter } from '../cluster/segment-view.js';
import type { EventRegistry } from '../events/event-registry.js';
import type { CallInput } from '../pending-call.js';

/** What caches need of a client. */
export interface CacheSender extends CallSender, KeyRouter, SegmentRouter {
  /** @internal */
  readonly events: EventRegistry;
  /** {@link execute} of an input that many calls share, each with a request of its own. */
  ask<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request | undefined, Reply, Result>,
    request: Request,
  ): Promise<Result>;
}
