import type { CacheEvent, RequestHeader } from '@kvtwin/hotrod-protocol';
import type { CacheHost } from './cache-host.js';
import type { EventSink } from './event-sink.js';
import type { HostedCache } from './hosted-cache.js';

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
