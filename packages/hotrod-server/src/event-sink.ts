import type { CacheEvent } from '@kvtwin/hotrod-protocol';

/** Who takes events: a connection. */
export interface EventSink {
  /** Sends an event soon. A caller that does not read its events is cut off. */
  sendEvent(event: CacheEvent): void;
}
