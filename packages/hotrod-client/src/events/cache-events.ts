import type { CacheEventType } from '@kvtwin/hotrod-protocol';

/** What every event says beside what happened. */
export interface CacheEventInfo {
  /** It tells the present state (`includeState`), not a change. */
  readonly replayed: boolean;
  /** The server repeated the write after a failure inside its cluster: it may have been told before. */
  readonly retried: boolean;
}

/** An entry was written. */
export interface EntryWrittenEvent<K, V = undefined> extends CacheEventInfo {
  /** Whether there was an entry before. */
  readonly type: 'created' | 'modified';
  /** As the key codec decoded it. */
  readonly key: K;
  /** Undefined without the option `values`. */
  readonly value: V;
  /** The entry's version since then, as `getEntry` tells it. */
  readonly version: bigint;
}

/** An entry is gone. */
export interface EntryGoneEvent<K> extends CacheEventInfo {
  /** How it went. */
  readonly type: 'removed' | 'expired';
  /** As the key codec decoded it. */
  readonly key: K;
}

/** What happened to an entry, as the server tells it without a converter. */
export type CacheEntryEvent<K, V = undefined> = EntryWrittenEvent<K, V> | EntryGoneEvent<K>;

/** An event as a converter on the server made it. */
export interface ConvertedCacheEvent<T> extends CacheEventInfo {
  /** What happened to the entry. */
  readonly type: CacheEventType;
  /** What the converter's `decode` made of its output. */
  readonly data: T;
}

/** Here events may be missing. Read again what must be right; with `includeState` the present entries follow. */
export interface CacheGap {
  /** Tells it apart from an event. */
  readonly type: 'gap';
  /** `reconnected`: the connection was lost; `overflow`: the reader of `events()` was slower than its buffer is long. */
  readonly reason: 'reconnected' | 'overflow';
  /** Events that were thrown away; 0 for `reconnected`, where nobody knows. */
  readonly dropped: number;
  /** How long no events came; 0 for `overflow`. */
  readonly durationMs: number;
  /** Whether the present entries are told again. */
  readonly stateFollows: boolean;
}

/** What a subscription calls beside its events. */
export interface SubscriptionHandlers {
  /** The connection is lost, and with it events from now on; {@link gap} follows when they come again. */
  lost?(why: string): unknown;
  /** Events may be missing here. Called when they come again, before the first of them. */
  gap?(gap: CacheGap): unknown;
  /**
   * A handler threw or rejected, or a codec could not decode an event. Without this one the first such error is given
   * to `process.emitWarning`. The connection and the subscription go on in any case.
   */
  error?(error: unknown): unknown;
  /** No more events: the client was closed, or no server will take the listener. Not called by `close()`. */
  ended?(error: unknown): unknown;
}

/** What is called on an event. Only those that are given are asked of the server (protocol 2.6 on). */
export interface EntryEventHandlers<K, V = undefined> extends SubscriptionHandlers {
  /** An entry is new, or told as present state. */
  created?(event: EntryWrittenEvent<K, V>): unknown;
  /** An entry has another value. */
  modified?(event: EntryWrittenEvent<K, V>): unknown;
  /** An entry was removed; `clear()` removes each. */
  removed?(event: EntryGoneEvent<K>): unknown;
  /** An entry has come to the end of its life. Servers tell it late: when they notice. */
  expired?(event: EntryGoneEvent<K>): unknown;
}

/** What is called on an event that a converter made. */
export interface ConvertedEventHandlers<T> extends SubscriptionHandlers {
  /** An entry is new, or told as present state. */
  created?(event: ConvertedCacheEvent<T>): unknown;
  /** An entry has another value. */
  modified?(event: ConvertedCacheEvent<T>): unknown;
  /** An entry was removed; `clear()` removes each. */
  removed?(event: ConvertedCacheEvent<T>): unknown;
  /** An entry has come to the end of its life. */
  expired?(event: ConvertedCacheEvent<T>): unknown;
}

/** A filter factory that the server has, deployed there under this name. */
export interface EventFilter {
  /** The factory's name on the server. */
  readonly name: string;
  /** In the cache's media type of values, or as the factory wants them with `useRawData`. At most 255. */
  readonly parameters?: readonly Uint8Array[];
}

/** A converter factory that the server has. With the filter's name, one factory does both. */
export interface EventConverter<T> extends EventFilter {
  /** Reads what it made. */
  decode(data: Uint8Array): T;
}

/** What a listener asks of the server. */
export interface ListenerOptions {
  /** Whether a created event comes first for each entry that there is, also after each gap. Default false. */
  readonly includeState?: boolean;
  /** Only events that it lets through. */
  readonly filter?: EventFilter;
  /** Whether factories get and make bytes as they are stored, not objects. Default false; with `values` true. */
  readonly useRawData?: boolean;
  /** Ends the subscription when it fires. */
  readonly signal?: AbortSignal;
  /** Of the registration. Default: the client's. */
  readonly timeoutMs?: number;
}

/** Events come with the new values. */
export interface WithValues {
  /** For caches that store what the codecs write, without a conversion: the values come as they are stored. */
  readonly values: true;
}

/** Events come as a converter makes them. */
export interface WithConverter<T> {
  /** Makes each event's data. */
  readonly converter: EventConverter<T>;
}

/** How `cache.events()` reads. */
export interface EventStreamOptions extends ListenerOptions {
  /** Only these. Default: all four. */
  readonly types?: readonly CacheEventType[];
  /**
   * Events that wait for the reader. Past them events are dropped and a {@link CacheGap} stands in their place. Default
   * 8,192: a bulk write of some thousand entries comes at once.
   */
  readonly bufferSize?: number;
}
