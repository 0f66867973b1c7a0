import type { ReplicaPairStore, Sha256 } from '@kvtwin/replica-pair';
import type { Side, Two, VersionedStore } from '@kvtwin/versioned-value';
import type { DiffSettings } from '../diff/diff-options.js';
import type { ShownPool } from '../diff/shown-pool.js';
import type { Gate } from '../scan/gate.js';
import type { RatePacer } from '../scan/rate-pacer.js';
import type { SideLoad } from '../scan/side-load.js';
import type { LedgerPool } from './ledger-pool.js';
import type { OrderedStore } from './ordered-store.js';

/** What an attempt at a job works with. */
export interface AttemptParts {
  readonly stores: Two<VersionedStore>;
  readonly store: OrderedStore;
  readonly settings: DiffSettings;
  readonly pair: ReplicaPairStore;
  readonly pacers: Two<RatePacer>;
  readonly loads: Two<SideLoad>;
  /** Batches of scans of parts, with the job's seed. */
  readonly shown: ShownPool;
  /** For scans of parts. */
  readonly ledgers: LedgerPool;
  /** Bulk reads at a time. */
  readonly reads: Gate;
  readonly toleranceMs: number;
  readonly signal: AbortSignal;
  readonly sha256: Sha256 | undefined;
  /** Units of which an earlier attempt has left rows. */
  readonly stale: ReadonlySet<number>;
  /** Called with what each batch of a scan showed. */
  readonly onShown: (side: Side, entries: number, valueBytes: number) => void;
}
