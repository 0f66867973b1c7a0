import { type MediaType, mediaTypeOf, NO_MEDIA_TYPE } from '@kvtwin/hotrod-protocol';
import { HotRodError } from './hotrod-error.js';
import type { CallTarget } from './pending-call.js';

/** What {@link callTarget} needs; media types by name, absent: as the cache stores them. */
export interface CallTargetInput {
  /** Empty: the server's default cache. */
  readonly cacheName: string;
  /** Of keys, `type/subtype`. */
  readonly keyType?: string;
  /** Of values, `type/subtype`. */
  readonly valueType?: string;
  /** Header `ClientIntelligence`. Default: the client's. */
  readonly intelligence?: number;
}

/** The header's part about a cache. */
export function callTarget({ cacheName, keyType, valueType, intelligence }: CallTargetInput): CallTarget {
  return {
    cacheName,
    keyMediaType: headerMediaType(keyType),
    valueMediaType: headerMediaType(valueType),
    ...(intelligence === undefined ? {} : { intelligence }),
  };
}

function headerMediaType(name: string | undefined): MediaType {
  if (name === undefined || name === 'storage') return NO_MEDIA_TYPE;
  try {
    return mediaTypeOf(name);
  } catch (cause) {
    throw new HotRodError(`${JSON.stringify(name)} is not a media type; write type/subtype`, {
      code: 'HOTROD_INVALID_ARGUMENT',
      cause,
    });
  }
}
