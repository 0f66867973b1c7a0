/**
 * When an entry goes away. `unknown`: the store keeps expirations but does not tell them (HustDB).
 * `mortal` has at least one of the two: `lifespanMs` counts from the write (`createdAtMs`), `maxIdleMs` from the last
 * access (`lastUsedAtMs`). Milliseconds; a store may be coarser (`capabilities.expirationUnitMs`).
 */
export type Expiration =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'immortal' }
  | { readonly kind: 'mortal'; readonly lifespanMs?: number; readonly maxIdleMs?: number };

export const IMMORTAL: Expiration = { kind: 'immortal' };
export const UNKNOWN_EXPIRATION: Expiration = { kind: 'unknown' };
