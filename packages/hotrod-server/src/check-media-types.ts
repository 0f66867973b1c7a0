import { type MediaType, mediaTypeName, type RequestHeader, Status } from '@kvtwin/hotrod-protocol';
import { RequestFailure } from './request-failure.js';
import type { ResolvedCacheOptions } from './server-options.js';

/** Text and bytes are the same bytes here, as long as the text is UTF-8. */
const utf8 = new Set(['text/plain', 'text/plain; charset=utf-8', 'text/plain; charset=utf8']);
const asBytes = new Set(['application/octet-stream', 'application/unknown']);

/**
 * Refuses a request whose key or value format the cache would have to convert. Taken are: no format, the storage's
 * own, and text/plain (UTF-8) for octet-stream and the other way round, where the bytes stay the same.
 */
export function checkMediaTypes(header: RequestHeader, options: ResolvedCacheOptions): void {
  check(header.keyMediaType, options.keyMediaType);
  check(header.valueMediaType, options.valueMediaType);
}

function check(requested: MediaType | undefined, storage: string): void {
  const name = requested === undefined ? undefined : mediaTypeName(requested)?.toLowerCase();
  if (name === undefined || name === storage || name === 'application/unknown') {
    return;
  }
  const isBytesOrText = (type: string): boolean => utf8.has(type) || asBytes.has(type);
  if (isBytesOrText(name) && isBytesOrText(storage)) {
    return;
  }
  throw new RequestFailure(
    Status.SERVER_ERROR,
    'org.infinispan.commons.dataconversion.EncodingException: ISPN000492: Cannot find transcoder between ' +
      `'${name}' to '${storage}'`,
  );
}
