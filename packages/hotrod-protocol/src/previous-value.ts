import { type EntryMetadata, entryMetadata } from './entry-metadata.js';
import type { Codec } from './wire/codec.js';
import { bytes } from './wire/primitives.js';
import { field, since, struct } from './wire/struct.js';

/** The value that was there before a write, or that prevented it. */
export interface PreviousValue {
  readonly value: Uint8Array;
  /** From 4.0. Version −1 says that there was no entry. Before 4.0 no entry and an empty value look the same. */
  readonly metadata?: EntryMetadata;
}

const NO_ENTRY_VERSION = -1n;

/** What is written where a put asked for the previous value and there was none. */
export const NO_PREVIOUS_VALUE: PreviousValue = {
  value: new Uint8Array(0),
  metadata: { entryVersion: NO_ENTRY_VERSION },
};

/** Whether there was an entry; `unknown` for an empty value before 4.0. */
export function hadPreviousEntry(previous: PreviousValue): boolean | 'unknown' {
  if (previous.metadata !== undefined) {
    return previous.metadata.entryVersion !== NO_ENTRY_VERSION;
  }
  return previous.value.length > 0 ? true : 'unknown';
}

/**
 * ```
 *   before 4.0:              bytes value
 *   from 4.0:    metadata    bytes value
 * ```
 */
export const previousValue: Codec<PreviousValue> = struct<PreviousValue>(
  since('4.0', field('metadata', entryMetadata)),
  field('value', bytes),
);
