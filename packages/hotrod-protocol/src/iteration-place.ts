import type { EntryMetadata } from './metadata-of-entry.js';

const NO_BYTES = new Uint8Array(0);

/** Where an entry of an iteration lies while it is visited; the same object for all of them. */
export class IterationPlace {
  keyBytes: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueEnd = 0;
  /** Undefined where it never goes away, or came without metadata. */
  mortal: EntryMetadata | undefined = undefined;
  /** Whether it came with metadata. */
  hasMetadata = false;
  /** The eight bytes of its version. */
  versionBytes: Uint8Array = NO_BYTES;
  versionStart = 0;
}

/**
 * Takes what it needs of an entry of an iteration, before it returns: the arrays are used again. Must not throw. It is called
 * too for a batch whose caller has given up.
 */
export type IterationVisit = (place: IterationPlace) => void;
