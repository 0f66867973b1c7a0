import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { AddClientListenerRequest, CacheEvent } from '@kvtwin/hotrod-protocol';
import { latin1Text } from '../cache/latin1-text.js';
import type { HotRodError } from '../hotrod-error.js';
import { gapChannel } from '../observe/diagnostics.js';
import type { CallTarget } from '../pending-call.js';

/** What a listener asks for, without the id, which it gets by itself. */
export interface ListenerInput {
  readonly target: CallTarget;
  readonly request: Omit<AddClientListenerRequest, 'listenerId'>;
  readonly sink: ListenerSink;
}

/** Who gets the events of one listener. Must not throw. */
export interface ListenerSink {
  /** `replayed`: it tells the present state, not a change. */
  onEvent(event: CacheEvent, replayed: boolean): void;
  /** The connection is lost; events are missed from now on. */
  onLost(why: string): void;
  /** Events come again, after a gap; comes before the first of them. */
  onResumed(gap: ListenerGap): void;
  /** No more events: the client was closed, or no server will ever take the listener. */
  onEnded(error: HotRodError): void;
}

/** A time in which events were missed. */
export interface ListenerGap {
  /** `host:port` that events come from now. */
  readonly server: string;
  readonly durationMs: number;
}

/** The connection that events come on. */
export interface EventSource {
  readonly id: number;
  /** `host:port` */
  readonly server: string;
}

/** The Java client takes as many. */
const ID_BYTES = 16;

/** One listener over all the connections that it lives on, one after the other. */
export class EventListener {
  id: Uint8Array = randomBytes(ID_BYTES);
  /** Undefined while no server is known to have it. */
  source: EventSource | undefined;
  readonly input: ListenerInput;
  readonly #client: string;
  #lostAtMs: number | undefined;

  /** `client`: its name, for diagnostics. */
  constructor(input: ListenerInput, client: string) {
    this.input = input;
    this.#client = client;
  }

  get idText(): string {
    return latin1Text(this.id);
  }

  get cache(): string {
    return this.input.target.cacheName;
  }

  /** Takes another id, for the old one may live on at a server that did not answer. */
  renew(): void {
    this.id = randomBytes(ID_BYTES);
  }

  lost(why: string): void {
    const server = this.source?.server;
    this.source = undefined;
    this.#lostAtMs = performance.now();
    if (gapChannel.hasSubscribers) {
      gapChannel.publish({ phase: 'start', client: this.#client, cache: this.cache, server, why });
    }
    this.input.sink.onLost(why);
  }

  /** Events come, or will, from there. Tells of the gap, once. */
  resumed({ server }: EventSource): void {
    if (this.#lostAtMs === undefined) return;
    const durationMs = performance.now() - this.#lostAtMs;
    this.#lostAtMs = undefined;
    if (gapChannel.hasSubscribers) {
      const stateFollows = this.input.request.includeState ?? false;
      const { cache } = this;
      gapChannel.publish({ phase: 'end', client: this.#client, cache, server, durationMs, stateFollows });
    }
    this.input.sink.onResumed({ server, durationMs });
  }
}
