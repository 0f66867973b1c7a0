import { fromEntryMetadata, type IterationPlace } from '@kvtwin/hotrod-protocol';
import type { EntryPlace, EntryVersion, EntryVisitor } from '@kvtwin/versioned-value';
import { toEntryVersion } from '../hotrod-version.js';

/** Shows the entries of one table, of the cache's that come, as those of a store. */
export class MemberVisitor<Visitor extends EntryVisitor> {
  readonly visitor: Visitor;
  readonly #prefix: Uint8Array;
  readonly #place = new MemberPlace();
  /** Entries of the table so far. */
  members = 0;
  /** Whether an entry came without its version. */
  lacksVersions = false;

  constructor(prefix: Uint8Array, visitor: Visitor) {
    this.#prefix = prefix;
    this.visitor = visitor;
  }

  readonly visit = (from: IterationPlace): void => {
    const { keyBytes, keyStart, keyEnd } = from;
    const prefix = this.#prefix;
    const { length } = prefix;
    if (keyEnd - keyStart < length) return;
    for (let at = 0; at < length; at++) if (keyBytes[keyStart + at] !== prefix[at]) return;
    if (!from.hasMetadata) {
      this.lacksVersions = true;
      return;
    }
    const place = this.#place;
    place.keyBytes = keyBytes;
    place.keyStart = keyStart + length;
    place.keyEnd = keyEnd;
    place.valueBytes = from.valueBytes;
    place.valueStart = from.valueStart;
    place.valueEnd = from.valueEnd;
    place.expiring = from.mortal === undefined ? undefined : fromEntryMetadata(from.mortal);
    place.versionBytes = from.versionBytes;
    place.versionStart = from.versionStart;
    this.members++;
    this.visitor.visit(place);
  };
}

class MemberPlace implements EntryPlace {
  keyBytes: Uint8Array = new Uint8Array(0);
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = new Uint8Array(0);
  valueStart = 0;
  valueEnd = 0;
  expiring: EntryPlace['expiring'] = undefined;
  versionBytes: Uint8Array = new Uint8Array(8);
  versionStart = 0;

  version(): EntryVersion {
    const { buffer, byteOffset } = this.versionBytes;
    return toEntryVersion(new DataView(buffer, byteOffset + this.versionStart, 8).getBigInt64(0));
  }
}
