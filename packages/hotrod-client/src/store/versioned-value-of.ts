import { type EntryMetadata, fromEntryMetadata } from '@kvtwin/hotrod-protocol';
import type { VersionedValue } from '@kvtwin/versioned-value';
import { toEntryVersion } from '../hotrod-version.js';

/** A value and its metadata as the model has them. */
export function versionedValueOf(value: Uint8Array, metadata: EntryMetadata): VersionedValue {
  return { value, version: toEntryVersion(metadata.entryVersion), ...fromEntryMetadata(metadata) };
}
