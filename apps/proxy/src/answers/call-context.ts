import type { ServedPair } from '../cluster/cluster.js';
import type { Compatibility } from '../proxy-options.js';
import type { Repairs } from '../repair/repairs.js';

/** What a call is answered from. */
export interface CallContext {
  readonly compat: Compatibility;
  readonly sideTimeoutMs: number;
  readonly pair: ServedPair;
  /** Keeps what reaches one side only; undefined: nobody does. */
  readonly repairs?: Repairs | undefined;
}
