import type { ServedPair } from './cluster.js';
import type { Compatibility } from './proxy-options.js';

/** What a call is answered from. */
export interface CallContext {
  readonly compat: Compatibility;
  readonly sideTimeoutMs: number;
  readonly pair: ServedPair;
}
