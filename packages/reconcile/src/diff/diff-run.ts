import { ReplicaPairStore } from '@kvtwin/replica-pair';
import {
  expirationToleranceMs,
  type Side,
  type Two,
  type VersionedStore,
  type VisitedBatch,
} from '@kvtwin/versioned-value';
import { nextRange, shareDone, wholeRange } from '../scan/hash-range.js';
import { measuredStore } from '../scan/measured-store.js';
import { PassLedger } from '../scan/pass-ledger.js';
import { RatePacer } from '../scan/rate-pacer.js';
import { readBatchSize } from '../scan/read-batch-size.js';
import { shownScan } from '../scan/shown-scan.js';
import { SideLoad } from '../scan/side-load.js';
import { confirmCandidates } from './confirm-candidates.js';
import { type DiffClass, diffClasses, differenceClasses } from './diff-class.js';
import type { DiffSettings } from './diff-options.js';
import type { ClassCounts, DiffProgress, DiffSummary } from './diff-progress.js';
import type { KeyDifference } from './key-difference.js';
import { scanBoth } from './scan-both.js';
import type { ShownEntries } from './shown-entries.js';
import { ShownPool } from './shown-pool.js';

/** What one diff is made of. */
export interface DiffRunParts {
  readonly stores: Two<VersionedStore>;
  readonly settings: DiffSettings;
  readonly signal: AbortSignal;
  readonly onDifference: (difference: KeyDifference) => Promise<void>;
}

/** One diff from its first scan to its summary: passes over both stores, each followed by its confirmations. */
export class DiffRun {
  readonly #parts: DiffRunParts;
  readonly #pacers: Two<RatePacer>;
  readonly #loads: Two<SideLoad>;
  readonly #pair: ReplicaPairStore;
  readonly #toleranceMs: number;
  readonly #classes = Object.fromEntries(diffClasses.map((name) => [name, 0])) as Record<DiffClass, number>;
  readonly #scanned = { first: 0, second: 0 };
  readonly #unsettled = { first: 0, second: 0 };
  #valueBytes = 0;
  #pass = 0;
  #share = 0;

  constructor(parts: DiffRunParts) {
    this.#parts = parts;
    const { settings, stores } = parts;
    const { clock, maxP99Ms, policy, rps, timeoutMs } = settings;
    this.#loads = [new SideLoad({ clock, maxP99Ms }), new SideLoad({ clock, maxP99Ms })];
    const [first, second] = [
      measuredStore(stores[0], this.#loads[0]),
      measuredStore(stores[1], this.#loads[1]),
    ];
    this.#toleranceMs =
      settings.expirationToleranceMs ?? expirationToleranceMs([first.capabilities, second.capabilities]);
    this.#pacers = [new RatePacer(rps, clock), new RatePacer(rps, clock)];
    const tolerance = { expirationToleranceMs: this.#toleranceMs };
    this.#pair = new ReplicaPairStore({ first, second, policy, clock, timeoutMs, ...tolerance });
  }

  async run(): Promise<DiffSummary> {
    const { clock } = this.#parts.settings;
    const startedMs = clock.nowMs();
    for (let range: typeof wholeRange | undefined = wholeRange; range !== undefined; ) {
      this.#pass++;
      const ledger: PassLedger = await this.#scan(range);
      this.#classes.agreed += ledger.agreed;
      await this.#confirm(ledger);
      range = nextRange(ledger.range);
    }
    const sum = (names: readonly DiffClass[]): number =>
      names.reduce((total, name) => total + this.#classes[name], 0);
    return {
      keys: sum(diffClasses),
      classes: { ...this.#classes },
      differences: sum(differenceClasses),
      scanned: [this.#scanned.first, this.#scanned.second],
      passes: this.#pass,
      unsettledParts: [this.#unsettled.first, this.#unsettled.second],
      elapsedMs: clock.nowMs() - startedMs,
    };
  }

  async #scan(range: typeof wholeRange): Promise<PassLedger> {
    const { settings, signal, stores } = this.#parts;
    const { maxTrackedBytes, policy, seed } = settings;
    const ledger = new PassLedger(range, {
      policy,
      seed,
      maxTrackedBytes,
      expirationToleranceMs: this.#toleranceMs,
    });
    const pool = new ShownPool({ policy, seed });
    const onBatch = (side: Side, { visitor }: VisitedBatch<ShownEntries>): void => {
      ledger.observe(side, visitor);
      this.#valueBytes += visitor.valueBytes;
      this.#scanned[side] += visitor.length;
      pool.giveBack(visitor);
      this.#share = shareDone(ledger.range);
      if (settings.onProgress === undefined) return;
      const { agreed } = this.#classes;
      this.#report('scanning', ledger.open, { ...this.#classes, agreed: agreed + ledger.agreed });
    };
    await scanBoth({
      stores,
      settings,
      signal,
      scan: (store, options) => shownScan(store, options, () => pool.take()),
      onBatch,
      pacers: this.#pacers,
      loads: this.#loads,
      onListed: (side, { settled }) => {
        if (!settled) this.#unsettled[side]++;
      },
    });
    return ledger;
  }

  async #confirm(ledger: PassLedger): Promise<void> {
    const { onDifference, settings, signal } = this.#parts;
    await confirmCandidates(ledger.takeOpen(), {
      readMany: (keys) => this.#pair.readMany(keys, { signal, timeoutMs: settings.timeoutMs }),
      settings,
      signal,
      pacers: this.#pacers,
      batchSize: () => this.#readBatchSize(),
      onDifference: (difference) => {
        this.#classes[difference.class]++;
        return onDifference(difference);
      },
      onSettled: () => {
        this.#classes.settled++;
      },
      onBatch: (open) => this.#report('confirming', open + ledger.open, this.#classes),
    });
  }

  #readBatchSize(): number {
    const meanBytes = this.#valueBytes / Math.max(1, this.#scanned.first + this.#scanned.second);
    return readBatchSize(this.#parts.settings.batchSize, meanBytes, this.#loads);
  }

  #report(phase: DiffProgress['phase'], open: number, classes: ClassCounts): void {
    const { onProgress } = this.#parts.settings;
    if (onProgress === undefined) return;
    const { first, second } = this.#scanned;
    const scanned: Two<number> = [first, second];
    onProgress({ phase, pass: this.#pass, share: this.#share, scanned, open, classes: { ...classes } });
  }
}
