import { type MediaType, mediaTypeOf, NO_MEDIA_TYPE } from '@kvtwin/hotrod-protocol';
import { HotRodError } from './hotrod-error.js';
import type { CallTarget } from './pending-call.js';

/** What {@link callTarget} needs; media types by name, absent: as the cache stores them. */
export interface CallTargetInput {
  readonly cacheName: string;
  readonly keyType?: string;
  readonly valueType?: string;
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
