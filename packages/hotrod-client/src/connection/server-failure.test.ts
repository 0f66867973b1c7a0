import { describe, expect, it } from 'vitest';
import { serverFailureOf } from './server-failure.js';

const missing =
  "org.infinispan.server.hotrod.CacheNotFoundException: Cache with name 'x' not found amongst the configured caches";

describe('an error of the server', () => {
  it.each([
    [0x81, 'garbage', 'HOTROD_REQUEST_REFUSED'],
    [0x82, 'unknown operation', 'HOTROD_REQUEST_REFUSED'],
    [0x83, 'unknown version', 'HOTROD_REQUEST_REFUSED'],
    [0x84, 'malformed', 'HOTROD_REQUEST_REFUSED'],
    [0x84, missing, 'HOTROD_CACHE_NOT_FOUND'],
    [0x85, 'java.lang.IllegalStateException', 'HOTROD_SERVER_ERROR'],
    [0x85, 'ISPN000492: Cannot find transcoder', 'HOTROD_MEDIA_TYPE'],
    [0x85, "java.lang.SecurityException: ISPN006017: Operation 'GET' requires authentication", 'HOTROD_AUTH'],
    [0x86, 'timed out', 'HOTROD_SERVER_TIMEOUT'],
    [0x87, 'suspected', 'HOTROD_NODE_SUSPECTED'],
    [0x88, 'stopping', 'HOTROD_ILLEGAL_LIFECYCLE'],
    [0xff, 'from the future', 'HOTROD_REQUEST_REFUSED'],
  ])('with status 0x%s and %j has its code', (status, message, code) => {
    expect(serverFailureOf(status, message).code).toBe(code);
  });

  it('ends the connection only where the stream may be out of step', () => {
    expect(serverFailureOf(0x84, 'malformed').dropConnection).toBe(true);
    expect(serverFailureOf(0x84, missing).dropConnection).toBe(false);
    expect(serverFailureOf(0x85, 'anything').dropConnection).toBe(false);
  });
});
