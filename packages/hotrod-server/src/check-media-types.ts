import { type MediaType, mediaTypeName, type RequestHeader, Status } from '@kvtwin/hotrod-protocol';
import { RequestFailure } from './request-failure.js';
import type { ResolvedCacheOptions } from './server-options.js';

/** Types that say nothing about the bytes: to and from them, and each other, nothing is converted. */
const plainBytes = new Set([
  'application/octet-stream',
  'application/unknown',
  // A byte array is an object too, and is stored as one.
  'application/x-java-object',
]);

/** Text and bytes are the same bytes, as long as the text is UTF-8. */
const utf8 = new Set(['text/plain', 'text/plain; charset=utf-8', 'text/plain; charset=utf8']);

/**
 * Refuses a request whose key or value format the cache would have to convert. Taken are: no format, the storage's
 * own, application/unknown, and for octet-stream also text/plain (UTF-8) and x-java-object, and octet-stream for
 * text/plain: the bytes stay the same.
 */
export function checkMediaTypes(header: RequestHeader, options: ResolvedCacheOptions): void {
  check(header.keyMediaType, options.keyMediaType);
  check(header.valueMediaType, options.valueMediaType);
}

function check(requested: MediaType | undefined, storage: string): void {
  const name = requested === undefined ? undefined : mediaTypeName(requested)?.toLowerCase();
  if (name === undefined || name === storage || keepsBytes(name, storage)) {
    return;
  }
  throw new RequestFailure(
    Status.SERVER_ERROR,
    'org.infinispan.commons.dataconversion.EncodingException: ISPN000492: Cannot find transcoder between ' +
      `'${name}' to '${storage}'`,
  );
}

function keepsBytes(name: string, storage: string): boolean {
  const [type = ''] = name.split(';');
  if (type === 'application/unknown') {
    return true;
  }
  if (storage === 'application/octet-stream') {
    return plainBytes.has(type) || utf8.has(name);
  }
  return storage === 'text/plain' && (type === 'application/octet-stream' || utf8.has(name));
}
