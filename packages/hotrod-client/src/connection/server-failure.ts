import { Status } from '@kvtwin/hotrod-protocol';
import type { HotRodErrorCode } from '../hotrod-error.js';

/** What an error status of the server means for its caller and for the connection. */
export interface ServerFailure {
  readonly code: HotRodErrorCode;
  readonly retryable: boolean;
  /** Whether a write may have happened all the same. */
  readonly mayHaveBeenApplied: boolean;
  /** Whether the stream may be out of step, so that the connection is better dropped. Hot Rod §error responses. */
  readonly dropConnection: boolean;
  /** Whether another server of the cluster may well be able to do it. */
  readonly elsewhere: boolean;
}

/**
 * Texts by which a server says what its status byte does not: the protocol has one status for a missing cache and a
 * malformed request, and one for everything that fails later. Existing clients match on the first two as well.
 */
const CACHE_NOT_FOUND = /CacheNotFoundException/;
const NOT_ALLOWED =
  /SecurityException|SaslException|AuthenticationException|ISPN006017|ISPN00602[45]|ISPN005059|ISPN000287/;
const NO_TRANSCODER = /ISPN000492|ISPN000493|ISPN000495|ISPN000496|Cannot find transcoder|EncodingException/;

/** Classifies an error response by its status, and where that says too little by the codes in its message. */
export function serverFailureOf(status: number, message: string): ServerFailure {
  if (CACHE_NOT_FOUND.test(message)) return failure('HOTROD_CACHE_NOT_FOUND');
  if (NOT_ALLOWED.test(message)) return failure('HOTROD_AUTH');
  switch (status) {
    case Status.SERVER_ERROR:
      return NO_TRANSCODER.test(message)
        ? failure('HOTROD_MEDIA_TYPE')
        : failure('HOTROD_SERVER_ERROR', { mayHaveBeenApplied: true });
    case Status.OPERATION_TIMED_OUT:
      return failure('HOTROD_SERVER_TIMEOUT', { mayHaveBeenApplied: true, retryable: true });
    case Status.NODE_SUSPECTED:
      return failure('HOTROD_NODE_SUSPECTED', { mayHaveBeenApplied: true, retryable: true, elsewhere: true });
    case Status.ILLEGAL_LIFECYCLE_STATE:
      return failure('HOTROD_ILLEGAL_LIFECYCLE', {
        mayHaveBeenApplied: true,
        retryable: true,
        elsewhere: true,
      });
    default:
      return failure('HOTROD_REQUEST_REFUSED', { dropConnection: true });
  }
}

function failure(code: HotRodErrorCode, more: Partial<ServerFailure> = {}): ServerFailure {
  return {
    code,
    retryable: false,
    mayHaveBeenApplied: false,
    dropConnection: false,
    elsewhere: false,
    ...more,
  };
}
