import { ByteWriter } from '@kvtwin/bytes';
import {
  type AddClientListenerReply,
  type AddClientListenerRequest,
  type CacheEvent,
  type RemoveClientListenerReply,
  type RemoveClientListenerRequest,
  Status,
} from '@kvtwin/hotrod-protocol';
import type { CacheChange } from './cache-changes.js';
import { type EventMaker, eventMaker } from './client-listeners.js';
import type { InMemoryCache } from './in-memory-cache.js';
import type { RequestCall } from './request-call.js';
import { RequestFailure } from './request-failure.js';

/** The one converter that needs no code of the user's: events carry key, value and version. */
const eagerConverter = '___eager-key-value-version-converter';

export function answerAddClientListener(call: RequestCall<AddClientListenerRequest>): AddClientListenerReply {
  const { request, host, owner, hosted, header } = call;
  if ((request.filterFactory ?? '') !== '') {
    throw missingFactory('ISPN006013: Listener key/value filter', request.filterFactory);
  }
  const converter = request.converterFactory ?? '';
  if (converter !== '' && converter !== eagerConverter) {
    throw missingFactory('ISPN006014: Listener converter', converter);
  }
  if (host.listeners.size >= host.maxListeners) {
    throw new RequestFailure(
      Status.SERVER_ERROR,
      'java.lang.IllegalStateException: too many listeners; remove some, or raise limits.maxListeners',
    );
  }
  const make = eventMaker(request, converter === '' ? undefined : keyValueVersion);
  host.listeners.add(request.listenerId, owner, hosted.cache, make);
  if (request.includeState === true) {
    call.replyAfter(presentState(hosted.cache, make, header.messageId));
  }
  return { outcome: 'ok' };
}

export function answerRemoveClientListener({
  request,
  host,
}: RequestCall<RemoveClientListenerRequest>): RemoveClientListenerReply {
  return { outcome: host.listeners.remove(request.listenerId) ? 'ok' : 'not-executed' };
}

/** A created event for every entry that there is, under the id of the request that asked for it. */
function* presentState(
  cache: InMemoryCache,
  make: EventMaker,
  messageId: CacheEvent['messageId'],
): Generator<CacheEvent, void> {
  for (const { key, entry } of cache.entries()) {
    const event = make({ type: 'created', key, entry }, messageId);
    if (event !== undefined) {
      yield event;
    }
  }
}

/** `bytes key  [bytes value  i64 version]`, the latter where there is an entry now. */
function keyValueVersion({ key, entry }: CacheChange): Uint8Array {
  const writer = new ByteWriter();
  writer.bytes(key);
  if (entry !== undefined) {
    writer.bytes(entry.value).i64(entry.version);
  }
  return writer.take();
}

function missingFactory(what: string, name: string | undefined): RequestFailure {
  return new RequestFailure(
    Status.SERVER_ERROR,
    `org.infinispan.server.hotrod.MissingFactoryException: ${what} factory '${name}' not found in server`,
  );
}
