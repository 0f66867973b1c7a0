import {
  type AddClientListenerRequest,
  type CacheEvent,
  type CacheEventType,
  ListenerInterest,
} from '@kvtwin/hotrod-protocol';
import { toByteKey } from './byte-key.js';
import type { CacheChange } from './cache-changes.js';
import type { EventSink } from './event-sink.js';
import type { InMemoryCache } from './in-memory-cache.js';

const interestIn: Readonly<Record<CacheEventType, number>> = {
  created: ListenerInterest.CREATED,
  modified: ListenerInterest.MODIFIED,
  removed: ListenerInterest.REMOVED,
  expired: ListenerInterest.EXPIRED,
};

/** Makes the event of a change for one listener; undefined where it does not want to hear of it. */
export type EventMaker = (change: CacheChange, messageId: CacheEvent['messageId']) => CacheEvent | undefined;

/** What the events of a listener look like. `convert` makes the data of custom events; without it they are plain. */
export function eventMaker(
  { listenerId, interests = 0, useRawData = false }: AddClientListenerRequest,
  convert: ((change: CacheChange) => Uint8Array) | undefined,
): EventMaker {
  return (change, messageId) => {
    const { type, key, entry } = change;
    if (interests !== 0 && (interests & interestIn[type]) === 0) {
      return undefined;
    }
    const base = { type, messageId, listenerId, commandRetried: false };
    if (convert !== undefined) {
      return { ...base, form: useRawData ? 'custom-raw' : 'custom', data: convert(change) };
    }
    return { ...base, form: 'plain', key, ...(entry === undefined ? {} : { entryVersion: entry.version }) };
  };
}

/** The listeners that were added at one node. They hear of changes made at any node of the cluster. */
export class ClientListeners {
  readonly #byId = new Map<string, { readonly owner: EventSink; readonly end: () => void }>();

  /** How many there are. */
  get size(): number {
    return this.#byId.size;
  }

  /** Sends the changes of a cache to a connection; a listener that had the same id ends. */
  add(listenerId: Uint8Array, owner: EventSink, cache: InMemoryCache, make: EventMaker): void {
    this.remove(listenerId);
    const end = cache.changes.subscribe((change) => {
      const event = make(change, 0);
      if (event !== undefined) {
        owner.sendEvent(event);
      }
    });
    this.#byId.set(toByteKey(listenerId), { owner, end });
  }

  /** Ends a listener; false where there is none of this id. */
  remove(listenerId: Uint8Array): boolean {
    const id = toByteKey(listenerId);
    this.#byId.get(id)?.end();
    return this.#byId.delete(id);
  }

  /** Ends those of a connection. */
  removeAllOf(owner: EventSink): void {
    for (const [id, listener] of this.#byId) {
      if (listener.owner === owner) {
        listener.end();
        this.#byId.delete(id);
      }
    }
  }
}
