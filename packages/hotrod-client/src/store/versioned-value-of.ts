import { type EntryMetadata, fromEntryMetadata } from '@kvtwin/hotrod-protocol';
import { IMMORTAL, type VersionedValue } from '@kvtwin/versioned-value';
import { toEntryVersion } from '../hotrod-version.js';

/** A value and its metadata as the model has them. */
export function versionedValueOf(value: Uint8Array, metadata: EntryMetadata): VersionedValue {
  const version = toEntryVersion(metadata.entryVersion);
  // What most entries are, and what runs for each of them: a spread costs more than the rest.
  if (metadata.lifespan === undefined && metadata.maxIdle === undefined) {
    return { value, version, expiration: IMMORTAL };
  }
  return { value, version, ...fromEntryMetadata(metadata) };
}
