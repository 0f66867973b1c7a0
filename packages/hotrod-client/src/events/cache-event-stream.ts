import type { CacheEvent } from '@kvtwin/hotrod-protocol';
import { type Abortable, listenToAbort, stopListening } from '@kvtwin/versioned-value';
import { CallQueue } from '../connection/call-queue.js';
import { HotRodError } from '../hotrod-error.js';
import { gapChannel } from '../observe/diagnostics.js';
import type { CallTarget } from '../pending-call.js';
import type { CacheGap, EventStreamOptions } from './cache-events.js';
import type { EventReading } from './event-decoder.js';
import type { ListenerGap, ListenerSink } from './event-listener.js';
import type { EventRegistry, RegisteredListener } from './event-registry.js';

/** What {@link CacheEventStream} needs. */
export interface EventStreamInput<Event> {
  readonly registry: EventRegistry;
  readonly target: CallTarget;
  readonly reading: EventReading<Event>;
  readonly options: EventStreamOptions;
}

interface Waiter<Item> {
  resolve(result: IteratorResult<Item, undefined>): void;
  reject(error: unknown): void;
}

type MutableGap = { -readonly [Name in keyof CacheGap]: CacheGap[Name] };

const DEFAULT_BUFFER_SIZE = 8_192;
const MAX_BUFFER_SIZE = 10_000_000;

/**
 * The events of a cache as an async iterable, with a {@link CacheGap} wherever some may be missing. It registers at once,
 * so that nothing is missed between the call and the first `next()`; `ready` tells when that is done. `break` ends it, as
 * does {@link close}. While it is open it keeps the process alive.
 */
export class CacheEventStream<Event> implements AsyncIterableIterator<Event | CacheGap, undefined> {
  /** Resolves when the server sends events; rejects as the registration does, as does the first `next()`. */
  readonly ready: Promise<void>;
  readonly #input: EventStreamInput<Event>;
  readonly #limit: number;
  readonly #buffer = new CallQueue<Event | CacheGap>();
  readonly #waiters: Waiter<Event | CacheGap>[] = [];
  #overflow: MutableGap | undefined;
  readonly #aborted: Abortable = { abort: () => this.#abort() };
  #listener: RegisteredListener | undefined;
  #failure: unknown;
  #ended = false;

  /** Made by `cache.events()`. */
  constructor(input: EventStreamInput<Event>) {
    this.#input = input;
    this.#limit = bufferSizeOf(input.options);
    this.ready = this.#open();
    this.ready.catch((error: unknown) => this.#end(error));
  }

  /** Events that wait for the reader. */
  get buffered(): number {
    return this.#buffer.size;
  }

  /** `host:port` that events come from; undefined during a gap and in the end. */
  get server(): string | undefined {
    return this.#listener?.server;
  }

  /** The next event or gap. Rejects once with what ended the stream, then it is done. */
  next(): Promise<IteratorResult<Event | CacheGap, undefined>> {
    const value = this.#buffer.shift();
    if (value !== undefined) {
      if (value === this.#overflow) this.#overflow = undefined;
      return Promise.resolve({ value, done: false });
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** Called by `break`. */
  async return(): Promise<IteratorResult<Event | CacheGap, undefined>> {
    await this.close();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** No more events; those that wait are thrown away. Resolves when the server has forgotten the listener. */
  async close(): Promise<void> {
    this.#end(undefined);
    this.#buffer.drain();
    await this.#listener?.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The signal fired: what waits may still be read. */
  #abort(): void {
    const cause: unknown = this.#input.options.signal?.reason;
    this.#end(new HotRodError('the event stream was aborted', { code: 'HOTROD_ABORTED', cause }));
    void this.#listener?.remove();
  }

  async #open(): Promise<void> {
    const { registry, target, reading, options } = this.#input;
    const { signal, timeoutMs } = options;
    const sink: ListenerSink = {
      onEvent: (event, replayed) => this.#take(event, replayed),
      onLost: () => undefined,
      onResumed: (gap) => this.#resumed(gap),
      onEnded: (error) => this.#end(error),
    };
    this.#listener = await registry.add({ target, request: reading.request, sink }, { signal, timeoutMs });
    if (this.#ended) await this.#listener.remove();
    else if (signal?.aborted) this.#abort();
    else if (signal !== undefined) listenToAbort(signal, this.#aborted);
  }

  #take(event: CacheEvent, replayed: boolean): void {
    const { types } = this.#input.options;
    // Below protocol 2.6 a listener hears of everything.
    if (this.#ended || (types !== undefined && !types.includes(event.type))) return;
    let decoded: Event;
    try {
      decoded = this.#input.reading.decode(event, replayed);
    } catch (error) {
      this.#end(error);
      void this.#listener?.remove();
      return;
    }
    if (this.#buffer.size >= this.#limit) this.#drop();
    else {
      this.#overflow = undefined;
      this.#give(decoded);
    }
  }

  #resumed({ durationMs }: ListenerGap): void {
    const { includeState = false } = this.#input.options;
    this.#give({ type: 'gap', reason: 'reconnected', dropped: 0, durationMs, stateFollows: includeState });
  }

  /** One gap for all that is dropped until the reader has come to it. */
  #drop(): void {
    const { registry, target } = this.#input;
    if (this.#overflow !== undefined) {
      this.#overflow.dropped++;
      return;
    }
    this.#overflow = { type: 'gap', reason: 'overflow', dropped: 1, durationMs: 0, stateFollows: false };
    this.#buffer.push(this.#overflow);
    if (gapChannel.hasSubscribers) {
      const { server } = this;
      const { name: client } = registry;
      const { cacheName: cache } = target;
      gapChannel.publish({ phase: 'overflow', client, cache, server, bufferSize: this.#limit });
    }
  }

  #give(value: Event | CacheGap): void {
    if (this.#ended) return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#buffer.push(value);
    else waiter.resolve({ value, done: false });
  }

  #end(failure: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const { signal } = this.#input.options;
    if (signal !== undefined) stopListening(signal, this.#aborted);
    const [first, ...others] = this.#waiters.splice(0);
    if (first === undefined) this.#failure = failure;
    else if (failure === undefined) first.resolve({ value: undefined, done: true });
    else first.reject(failure);
    for (const other of others) other.resolve({ value: undefined, done: true });
  }
}

function bufferSizeOf({ bufferSize = DEFAULT_BUFFER_SIZE }: EventStreamOptions): number {
  if (Number.isInteger(bufferSize) && bufferSize >= 1 && bufferSize <= MAX_BUFFER_SIZE) return bufferSize;
  throw new HotRodError(`bufferSize is ${bufferSize}; give 1 to ${MAX_BUFFER_SIZE}`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
