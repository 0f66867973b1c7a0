import type { StoreError } from './store-error.js';
import type { VersionedValue } from './versioned-value.js';

/**
 * What one side said for one key. `unknown`: a front hides whether the key is absent or the side failed
 * (HustDB HA answers 404 for absent, one-sided and failed alike).
 */
export type SideRead<V = Uint8Array> =
  | { readonly state: 'present'; readonly entry: VersionedValue<V> }
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly error: StoreError }
  | { readonly state: 'unknown' };
