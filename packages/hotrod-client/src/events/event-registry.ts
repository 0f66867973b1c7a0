import { setTimeout as pause } from 'node:timers/promises';
import { type EventMessage, operations } from '@kvtwin/hotrod-protocol';
import { latin1Text } from '../cache/latin1-text.js';
import type { CallSender } from '../call-sender.js';
import { ReconnectBackoff } from '../connection/reconnect-backoff.js';
import { HotRodError } from '../hotrod-error.js';
import { debugLog } from '../observe/debug-log.js';
import type { CallOptions, CallTarget } from '../pending-call.js';
import { EventListener, type EventSource, type ListenerInput } from './event-listener.js';

/** A listener that a server has. */
export interface RegisteredListener {
  /** `host:port` that its events come from; undefined while there is none. */
  readonly server: string | undefined;
  /** No more events after this. */
  remove(): Promise<void>;
}

/** What a registry is made for. */
export interface EventRegistryOptions {
  /** Name of the client, for diagnostics. */
  readonly name: string;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  /** How often a first registration is repeated after the loss of its connection. */
  readonly maxRetries: number;
}

/** Failures that no other server and no later time can heal. */
const PERMANENT: ReadonlySet<string> = new Set([
  'HOTROD_UNSUPPORTED',
  'HOTROD_INVALID_ARGUMENT',
  'HOTROD_CLOSED',
]);

/** Ids of listeners that a server may have without our knowing it. Past so many the oldest are forgotten. */
const MAX_DOUBTFUL = 256;

/** Its only use is that it keeps the process alive; a longer one does not exist. */
const HOLD_INTERVAL_MS = 0x7fff_ffff;

/**
 * The client's listeners: each lives on one connection at a time, and is added again elsewhere, under the same id, when
 * that connection ends. As long as there are any, the process stays alive.
 *
 * ```
 *   add() ──▶ asked ──reply──▶ live ──connection ends──▶ lost ──▶ asked again, for ever, with growing pauses
 *                                ▲                                    │
 *                                └──── onResumed, then events ◀───────┘
 * ```
 */
export class EventRegistry {
  readonly #sender: CallSender;
  readonly #options: EventRegistryOptions;
  readonly #listeners = new Map<string, EventListener>();
  readonly #doubtful = new Map<string, CallTarget>();
  #hold: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(sender: CallSender, options: EventRegistryOptions) {
    this.#sender = sender;
    this.#options = options;
  }

  /** Name of the client, for diagnostics. */
  get name(): string {
    return this.#options.name;
  }

  /** Listeners that have not been removed. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener; resolves when the server has it. Events may come before. Rejects as the call does. */
  async add(input: ListenerInput, options: CallOptions = {}): Promise<RegisteredListener> {
    const listener = new EventListener(input, this.#options.name);
    this.#keep(listener);
    try {
      await this.#askFirst(listener, options);
    } catch (error) {
      this.#doubt(listener);
      this.#forget(listener);
      throw error;
    }
    return {
      get server() {
        return listener.source?.server;
      },
      remove: () => this.#remove(listener),
    };
  }

  /** An event came on a connection. */
  onEvent(source: EventSource, { event, messageId }: EventMessage): void {
    const id = latin1Text(event.listenerId);
    const listener = this.#listeners.get(id);
    if (listener === undefined) {
      this.#refuse(source, event.listenerId);
    } else if (listener.source === undefined || listener.source.id === source.id) {
      listener.resumed(source);
      listener.input.sink.onEvent(event, Number(messageId) !== 0);
    }
  }

  /** A connection has ended: what lived on it moves. */
  onConnectionEnd(source: EventSource, why: string): void {
    if (this.#closed) return;
    for (const listener of [...this.#listeners.values()]) {
      if (listener.source?.id !== source.id) continue;
      listener.lost(why);
      void this.#resume(listener);
    }
  }

  /** Ends every listener with `HOTROD_CLOSED`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of [...this.#listeners.values()]) this.#end(listener, closedError());
  }

  /** What was lost with its connection is asked again: with the connection the listener has ended too. */
  async #askFirst(listener: EventListener, options: CallOptions): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#ask(listener, options);
        return;
      } catch (error) {
        const lost = HotRodError.is(error) && error.code === 'HOTROD_CONNECTION_LOST';
        if (!lost || attempt >= this.#options.maxRetries || !this.#has(listener)) throw error;
      }
    }
  }

  async #ask(listener: EventListener, options: CallOptions): Promise<void> {
    const { request, target } = listener.input;
    await this.#sender.execute({
      operation: operations.addClientListener,
      request: { ...request, listenerId: listener.id },
      target,
      options,
      // Here and not behind the await: the connection may end before that.
      interpret: (_, { sentOn, server = '' }) => {
        listener.source = { id: sentOn, server };
        if (this.#has(listener)) listener.resumed(listener.source);
      },
    });
    if (!this.#has(listener)) await this.#remove(listener);
  }

  async #resume(listener: EventListener): Promise<void> {
    const { reconnectMinMs: minMs, reconnectMaxMs: maxMs } = this.#options;
    const backoff = new ReconnectBackoff({ minMs, maxMs, random: Math.random });
    while (this.#has(listener) && listener.source === undefined) {
      try {
        await this.#ask(listener, {});
        return;
      } catch (error) {
        if (!HotRodError.is(error) || PERMANENT.has(error.code)) {
          if (this.#has(listener)) this.#end(listener, HotRodError.is(error) ? error : closedError());
          return;
        }
        debugLog('a listener on cache %s is not back yet: %s', listener.cache, error.message);
        this.#rename(listener);
        await pause(backoff.failed(), undefined, { ref: false });
      }
    }
  }

  /** Under a new id, what the server may have kept under the old one is told to stop as soon as it is heard of. */
  #rename(listener: EventListener): void {
    if (!this.#has(listener)) return;
    this.#doubt(listener);
    this.#listeners.delete(listener.idText);
    listener.renew();
    this.#listeners.set(listener.idText, listener);
  }

  async #remove(listener: EventListener): Promise<void> {
    this.#forget(listener);
    const { source } = listener;
    listener.source = undefined;
    if (source === undefined || this.#closed) return;
    await this.#tellRemoved(source, listener.id, listener.input.target);
  }

  /** The end of a connection removes its listeners too, so a failure here is none. */
  async #tellRemoved({ id }: EventSource, listenerId: Uint8Array, target: CallTarget): Promise<void> {
    await this.#sender
      .execute({
        operation: operations.removeClientListener,
        request: { listenerId },
        target,
        connectionId: id,
        interpret: () => undefined,
      })
      .catch(() => undefined);
  }

  #doubt({ idText: id, input }: EventListener): void {
    this.#doubtful.set(id, input.target);
    const [oldest] = this.#doubtful.keys();
    if (this.#doubtful.size > MAX_DOUBTFUL && oldest !== undefined) this.#doubtful.delete(oldest);
  }

  /** Events for nobody: on their way when their listener was removed, or of one whose addition was given up. */
  #refuse(source: EventSource, listenerId: Uint8Array): void {
    const id = latin1Text(listenerId);
    const target = this.#doubtful.get(id);
    if (target === undefined || this.#closed) return;
    this.#doubtful.delete(id);
    void this.#tellRemoved(source, listenerId.slice(), target);
  }

  #end(listener: EventListener, error: HotRodError): void {
    this.#forget(listener);
    listener.source = undefined;
    listener.input.sink.onEnded(error);
  }

  #has(listener: EventListener): boolean {
    return this.#listeners.get(listener.idText) === listener;
  }

  #keep(listener: EventListener): void {
    if (this.#closed) throw closedError();
    this.#listeners.set(listener.idText, listener);
    this.#hold ??= setInterval(() => undefined, HOLD_INTERVAL_MS);
  }

  #forget(listener: EventListener): void {
    if (this.#has(listener)) this.#listeners.delete(listener.idText);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#hold);
    this.#hold = undefined;
  }
}

function closedError(): HotRodError {
  return new HotRodError('the client is closed', { code: 'HOTROD_CLOSED' });
}
