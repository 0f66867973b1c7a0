import type { AnyReply } from '@kvtwin/hotrod-protocol';
import type { EventRegistry } from './event-registry.js';
import type { HotRodError } from './hotrod-error.js';
import type { KeyRouter } from './owner-parts.js';
import type { CallInput } from './pending-call.js';
import type { SegmentRouter } from './segment-view.js';

/** What caches need of a client. */
export interface EventfulSender extends CallSender, KeyRouter, SegmentRouter {
  /** @internal */
  readonly events: EventRegistry;
  /** {@link execute} of an input that many calls share, each with a request of its own. */
  ask<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request | undefined, Reply, Result>,
    request: Request,
  ): Promise<Result>;
}

/** What iterations and listeners need of a client. */
export interface CallSender {
  execute<Request, Reply extends AnyReply, Result>(input: CallInput<Request, Reply, Result>): Promise<Result>;
  /** {@link execute} without a promise of its own. Throws where the input is wrong. */
  submit<Request, Reply extends AnyReply, Result>(
    input: CallInput<Request, Reply, Result>,
    resolve: (result: Result) => void,
    reject: (error: HotRodError) => void,
  ): void;
}
