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
  readonly type: 'created' | 'modified';
  readonly key: K;
  /** Undefined without the option `values`. */
  readonly value: V;
  /** The entry's version since then, as `getEntry` tells it. */
  readonly version: bigint;
}

/** An entry is gone. */
export interface EntryGoneEvent<K> extends CacheEventInfo {
  readonly type: 'removed' | 'expired';
  readonly key: K;
}

/** What happened to an entry, as the server tells it without a converter. */
export type CacheEntryEvent<K, V = undefined> = EntryWrittenEvent<K, V> | EntryGoneEvent<K>;

/** An event as a converter on the server made it. */
export interface ConvertedCacheEvent<T> extends CacheEventInfo {
  readonly type: CacheEventType;
  readonly data: T;
}

/** Here events may be missing. Read again what must be right; with `includeState` the present entries follow. */
export interface CacheGap {
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
  created?(event: EntryWrittenEvent<K, V>): unknown;
  modified?(event: EntryWrittenEvent<K, V>): unknown;
  removed?(event: EntryGoneEvent<K>): unknown;
  expired?(event: EntryGoneEvent<K>): unknown;
}

/** What is called on an event that a converter made. */
export interface ConvertedEventHandlers<T> extends SubscriptionHandlers {
  created?(event: ConvertedCacheEvent<T>): unknown;
  modified?(event: ConvertedCacheEvent<T>): unknown;
  removed?(event: ConvertedCacheEvent<T>): unknown;
  expired?(event: ConvertedCacheEvent<T>): unknown;
}

/** A filter factory that the server has, deployed there under this name. */
export interface EventFilter {
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
  readonly converter: EventConverter<T>;
}

/** How {@link Cache.events} reads. */
export interface EventStreamOptions extends ListenerOptions {
  /** Only these. Default: all four. */
  readonly types?: readonly CacheEventType[];
  /**
   * Events that wait for the reader. Past them events are dropped and a {@link CacheGap} stands in their place. Default
   * 8,192: a bulk write of some thousand entries comes at once.
   */
  readonly bufferSize?: number;
}
