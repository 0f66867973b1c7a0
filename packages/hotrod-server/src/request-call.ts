import type { CacheEvent, RequestHeader } from '@kvtwin/hotrod-protocol';
import type { CacheHost } from './cache-host.js';
import type { HostedCache } from './hosted-cache.js';

/** Who takes events: a connection. */
export interface EventSink {
  /** Sends an event soon. A caller that does not read its events is cut off. */
  sendEvent(event: CacheEvent): void;
}

/** A request with what it is about. */
export interface RequestCall<Request> {
  readonly header: RequestHeader;
  readonly request: Request;
  readonly hosted: HostedCache;
  readonly host: CacheHost;
  /** The connection that asks. */
  readonly owner: EventSink;
  /** Has these events sent before the reply, as fast as the caller reads them. */
  replyAfter(events: Iterator<CacheEvent>): void;
}
