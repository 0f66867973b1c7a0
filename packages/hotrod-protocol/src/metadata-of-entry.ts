/** What a server tells about an entry beside its value. */
export interface EntryMetadata {
  /** Absent: it never expires by age. `seconds` is cut off to whole seconds; 0 is not infinite. */
  readonly lifespan?: { readonly createdAtMs: number; readonly seconds: number };
  /** Absent: it never expires by idleness. */
  readonly maxIdle?: { readonly lastUsedAtMs: number; readonly seconds: number };
  /** Unique per modification of the key on one site; opaque. 0: an entry without version; −1: no entry. */
  readonly entryVersion: bigint;
}
