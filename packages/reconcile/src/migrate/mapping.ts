import type { StoreType } from '@kvtwin/versioned-value';
import type { KvLayout } from './migrate-target.js';

/** What a mapping file says about some keys. The first rule that fits a key decides alone. */
export interface MappingRule {
  /** Only keys of this type; absent: of any. */
  readonly type?: StoreType;
  /** Only tables of this name, `*` stands for any letters. kv has no table, so such a rule never fits kv. */
  readonly table?: string;
  /** Only keys (fields, members) that begin so. */
  readonly prefix?: string;
  /** Leaves these keys out; they are counted. */
  readonly skip?: boolean;
  /** The cache that they go to; absent: the one in the target's URL. */
  readonly cache?: string;
  /**
   * `proxy` (default): as a proxy before the target finds them. `raw`: keys as they are; of a table, its fields or members
   * become the keys of `cache`. `typed`: kv keys behind a type byte.
   */
  readonly layout?: 'proxy' | KvLayout;
  /** Keys and values are sent as this type, and the cache converts them where it stores another. */
  readonly mediaType?: string;
  /** The table's name in the target; `*` stands for what the `*` of `table` stood for. */
  readonly rename?: string;
  /** Milliseconds; `carry` (default): what is left of the source's, where it tells; `unlimited`: none. */
  readonly lifespan?: number | 'carry' | 'unlimited';
  /** As `lifespan`. */
  readonly maxIdle?: number | 'carry' | 'unlimited';
  /** A key that only one of its two masters has: `hold` (default), or `copy` it. */
  readonly oneSided?: 'hold' | 'copy';
}

/** A mapping file, read. */
export interface Mapping {
  readonly format: 'kvtwin.mapping/1';
  readonly rules: readonly MappingRule[];
}

/** Everything goes where a proxy before the target finds it, lifespans are carried over where the source tells them. */
export const emptyMapping: Mapping = { format: 'kvtwin.mapping/1', rules: [] };
