import { IterationPlace, type IterationVisit } from '../iteration-place.js';
import type { Cursor } from '../wire/cursor.js';
import { FIRST_VERSION_WITH_MARKER, MARKED } from './entry-marker.js';
import { fastEnd } from './fast-bytes.js';
import { fastMetadata } from './fast-metadata.js';
import type { IterationEntry } from './iteration-entry.js';

/** Stands in a batch for each entry that was visited. */
export const VISITED: IterationEntry = Object.freeze({ key: new Uint8Array(0), values: Object.freeze([]) });

/** Flags of an entry that never goes away, by age or by idleness. */
const IMMORTAL_FLAGS = 0x03;
const VERSION_BYTES = 8;

const place = new IterationPlace();

/** Shows an entry that lies whole in a chunk; `false`, and nothing read, where it does not. */
export function visitFast(cursor: Cursor, visit: IterationVisit): boolean {
  const window = cursor.openWindow();
  if (window === undefined) return false;
  const { chunk } = window;
  place.mortal = undefined;
  place.hasMetadata = cursor.version >= FIRST_VERSION_WITH_MARKER && chunk[window.at++] === MARKED;
  if (place.hasMetadata) {
    if (chunk[window.at] === IMMORTAL_FLAGS) window.at += 1 + VERSION_BYTES;
    else {
      place.mortal = fastMetadata(window);
      if (place.mortal === undefined) return false;
    }
    place.versionBytes = chunk;
    place.versionStart = window.at - VERSION_BYTES;
  }
  place.keyEnd = fastEnd(window);
  place.keyStart = window.at;
  if (place.keyEnd < 0) return false;
  window.at = place.keyEnd;
  place.valueEnd = fastEnd(window);
  place.valueStart = window.at;
  if (place.valueEnd < 0) return false;
  window.at = place.valueEnd;
  if (!cursor.mayRead(window)) return false;
  place.keyBytes = chunk;
  place.valueBytes = chunk;
  visit(place);
  cursor.closeWindow();
  return true;
}

/** Shows an entry that was read into arrays of its own. */
export function visitRead({ key, values, metadata }: IterationEntry, visit: IterationVisit): void {
  const value = values[0] ?? new Uint8Array(0);
  place.keyBytes = key;
  place.keyStart = 0;
  place.keyEnd = key.length;
  place.valueBytes = value;
  place.valueStart = 0;
  place.valueEnd = value.length;
  place.hasMetadata = metadata !== undefined;
  place.mortal = metadata?.lifespan === undefined && metadata?.maxIdle === undefined ? undefined : metadata;
  place.versionBytes = new Uint8Array(VERSION_BYTES);
  place.versionStart = 0;
  new DataView(place.versionBytes.buffer).setBigInt64(0, metadata?.entryVersion ?? 0n);
  visit(place);
}
