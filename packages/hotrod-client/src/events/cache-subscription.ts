import type { CacheEvent } from '@kvtwin/hotrod-protocol';
import { type Abortable, listenToAbort, stopListening } from '@kvtwin/versioned-value';
import { HotRodError } from '../hotrod-error.js';
import { gapChannel } from '../observe/diagnostics.js';
import type { CallTarget } from '../pending-call.js';
import type {
  CacheEventInfo,
  CacheGap,
  ConvertedEventHandlers,
  EntryEventHandlers,
  ListenerOptions,
} from './cache-events.js';
import { EVENT_TYPES, type EventReading } from './event-decoder.js';
import type { ListenerGap, ListenerSink } from './event-listener.js';
import type { EventRegistry, RegisteredListener } from './event-registry.js';

/** Whether handlers for converted or for plain events: they are called alike. */
export type AnyEventHandlers = EntryEventHandlers<never, never> | ConvertedEventHandlers<never>;

/** What {@link CacheSubscription.open} needs. */
export interface SubscriptionInput {
  readonly registry: EventRegistry;
  readonly target: CallTarget;
  readonly handlers: AnyEventHandlers;
  readonly reading: EventReading<CacheEventInfo & { readonly type: CacheEvent['type'] }>;
  readonly options: ListenerOptions;
}

/**
 * Handlers that are called on the events of a cache, until {@link close}. It outlives connections: when the one that
 * events come on is lost, it is registered at another server, and `gap` is called. While it is open it keeps the
 * process alive.
 *
 * Handlers are called one event after the other, in the order in which the server sends them, while the connection is
 * read: what they do at length holds up all answers. They need not be quick if they are async: nobody waits for them.
 */
export class CacheSubscription {
  readonly #input: SubscriptionInput;
  readonly #aborted: Abortable = { abort: () => void this.close() };
  #listener: RegisteredListener | undefined;
  #closed = false;
  #warned = false;

  private constructor(input: SubscriptionInput) {
    this.#input = input;
  }

  /** @internal Made by `cache.subscribe()`. */
  static async open(input: SubscriptionInput): Promise<CacheSubscription> {
    const subscription = new CacheSubscription(input);
    const { registry, target, reading, options } = input;
    const { signal, timeoutMs } = options;
    const sink: ListenerSink = {
      onEvent: (event, replayed) => subscription.#onEvent(event, replayed),
      onLost: (why) => subscription.#call('lost', why),
      onResumed: (gap) => subscription.#onResumed(gap),
      onEnded: (error) => subscription.#onEnded(error),
    };
    subscription.#listener = await registry.add(
      { target, request: reading.request, sink },
      { signal, timeoutMs },
    );
    if (signal?.aborted) await subscription.close();
    else if (signal !== undefined) listenToAbort(signal, subscription.#aborted);
    return subscription;
  }

  /** `host:port` that events come from; undefined during a gap and in the end. */
  get server(): string | undefined {
    return this.#listener?.server;
  }

  /** Whether it was closed, or has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** No handler is called after this. Resolves when the server has forgotten the listener; never rejects. */
  async close(): Promise<void> {
    this.#finish();
    await this.#listener?.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onEvent(event: CacheEvent, replayed: boolean): void {
    // Below protocol 2.6 a listener hears of everything.
    if (this.#closed || this.#input.handlers[event.type] === undefined) return;
    try {
      this.#call(event.type, this.#input.reading.decode(event, replayed));
    } catch (error) {
      this.#report(error);
    }
  }

  #onResumed({ durationMs }: ListenerGap): void {
    const { includeState = false } = this.#input.options;
    const gap: CacheGap = {
      type: 'gap',
      reason: 'reconnected',
      dropped: 0,
      durationMs,
      stateFollows: includeState,
    };
    this.#call('gap', gap);
  }

  #onEnded(error: HotRodError): void {
    if (this.#closed) return;
    this.#call('ended', error);
    this.#finish();
  }

  #finish(): void {
    this.#closed = true;
    const { signal } = this.#input.options;
    if (signal !== undefined) stopListening(signal, this.#aborted);
  }

  /** A handler that throws or rejects is its owner's affair: it is reported and all goes on. */
  #call(name: keyof AnyEventHandlers, argument: unknown): void {
    if (this.#closed) return;
    const handlers = this.#input.handlers as Partial<Record<string, (argument: unknown) => unknown>>;
    try {
      whenRejected(handlers[name]?.(argument), (error) => this.#report(error));
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    const { handlers, registry, target } = this.#input;
    if (gapChannel.hasSubscribers) {
      const { name: client } = registry;
      const { cacheName: cache } = target;
      gapChannel.publish({ phase: 'callback-error', client, cache, server: this.server, error });
    }
    try {
      if (handlers.error === undefined) this.#warn(error);
      else whenRejected(handlers.error(error), (second) => this.#warn(second));
    } catch (second) {
      this.#warn(second);
    }
  }

  #warn(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.emitWarning(
      `a handler of a subscription to cache ${this.#input.target.cacheName} failed: ${why}`,
      {
        type: 'HotRodWarning',
        code: 'HOTROD_HANDLER',
        detail: 'the next failures of this subscription are not told; give an error handler to see all',
      },
    );
  }
}

/** Hears of the failure of what an async handler has returned. */
function whenRejected(result: unknown, fail: (error: unknown) => void): void {
  if (typeof result !== 'object' || result === null || !('then' in result)) return;
  Promise.resolve(result).catch(fail);
}

/** The event types that there are handlers for. Throws `HOTROD_INVALID_ARGUMENT` where there is none, or it is no function. */
export function handledTypes(handlers: AnyEventHandlers): (typeof EVENT_TYPES)[number][] {
  const types = EVENT_TYPES.filter(
    (type) => (handlers as AnyEventHandlers | null | undefined)?.[type] !== undefined,
  );
  const odd = types.find((type) => typeof handlers[type] !== 'function');
  if (types.length > 0 && odd === undefined) return types;
  const why =
    odd === undefined
      ? 'no handler of created, modified, removed or expired'
      : `a handler of ${odd} that is no function`;
  throw new HotRodError(`the subscription has ${why}`, { code: 'HOTROD_INVALID_ARGUMENT' });
}
