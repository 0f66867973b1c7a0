import { decodeUtf8 } from '@kvtwin/bytes';
import { StoreError } from '@kvtwin/versioned-value';
import type { OrderedStore } from '../job/ordered-store.js';
import { RatePacer } from '../scan/rate-pacer.js';
import { KeyCopier } from './key-copier.js';
import { MigrateAttempt, nextRound } from './migrate-attempt.js';
import type { MigrateCounts } from './migrate-counts.js';
import { rangeOfSpace, spaces } from './migrate-keys.js';
import { MigrateLedger, type PlaceCounts } from './migrate-ledger.js';
import { type MigrateOptions, type MigrateSettings, migrateSettings } from './migrate-options.js';
import type { MigrateSource } from './migrate-source.js';
import type { MigratePhase } from './migrate-state.js';
import type { MigrateTarget } from './migrate-target.js';

/** How {@link MigrateJob} works. */
export interface MigrateJobOptions extends MigrateOptions {
  readonly source: MigrateSource;
  readonly target: MigrateTarget;
  /** Where the job is kept. What an earlier attempt left there is taken up. */
  readonly state: OrderedStore;
  /**
   * What is done with a job that is done already. `catch-up` (default): further rounds bring the target what the source holds
   * by now. `held`: only keys that are held are read once more.
   */
  readonly again?: 'catch-up' | 'held';
  /** Called after each batch. Must not throw. */
  readonly onProgress?: (progress: MigrateProgress) => void;
}

/** Where a migration stands. */
export interface MigrateProgress {
  readonly phase: MigratePhase;
  readonly round: number;
  /** Entries shown in this round; of two masters each shows a key. */
  readonly scanned: number;
  readonly units: number;
  readonly counts: MigrateCounts;
  /** Keys written to the target in this round, or removed from it. */
  readonly written: number;
  /** Over all rounds. */
  readonly bytes: number;
  /** Over all attempts. */
  readonly elapsedMs: number;
}

/** What came of a migration. */
export interface MigrateSummary extends MigrateProgress {
  /** In the order of their names. */
  readonly places: readonly PlaceCounts[];
  /** Whether the last round found nothing more to write: the source was at rest. */
  readonly settled: boolean;
  /** Copies on a node that is not one of their masters, which were left out. */
  readonly strays: number;
  /** Keys removed from the target, since the source had them no more in a later round. */
  readonly removed: number;
  /** Keys that the source had no more, and that stay in the target, which holds something of somebody else for them. */
  readonly left: number;
}

/**
 * Copies kv and tables from a source to a target, kept in an {@link OrderedStore}: it goes on where it was after its
 * process was killed, and ends as if nothing had happened.
 *
 * ```
 *   round 1      the source → the target: where the target has nothing, or what it has is ours
 *   round 2 …    what changed meanwhile: written again, removed; until a round finds nothing to write
 *   each round   keys whose masters disagree are held; they are read once more at the end of it
 * ```
 *
 * Before each write the ledger keeps the digest of what will be written, so that an attempt that comes later knows a
 * value of ours from one of somebody else.
 */
export class MigrateJob {
  readonly #options: MigrateJobOptions;
  readonly #settings: MigrateSettings;

  /** Misuse throws `STORE_INVALID_ARGUMENT`. */
  constructor(options: MigrateJobOptions) {
    const { again: _____, onProgress: _, source: __, state: ___, target: ____, ...migrate } = options;
    this.#options = options;
    this.#settings = migrateSettings(migrate);
  }

  /**
   * Runs to the end, from where an earlier attempt stopped; a migration that was done goes on as `again` says.
   * Rejects with `STORE_ABORTED` when the signal fires, with the store's error where one does not answer, and with what
   * the state's store throws; all can be resumed.
   */
  async run(): Promise<MigrateSummary> {
    const { onProgress, source, state, target } = this.#options;
    const { clock, rps, signal } = this.#settings;
    try {
      signal.throwIfAborted();
      const ledger = await MigrateLedger.open(state);
      const { maxLifespanMs } = target;
      const copier = new KeyCopier({ ledger, target, settings: this.#settings, maxLifespanMs });
      if (ledger.state.phase === 'done') await this.#beginAgain(ledger);
      await new MigrateAttempt({
        source,
        ledger,
        copier,
        settings: this.#settings,
        pacer: new RatePacer(rps, clock),
        beganMs: clock.nowMs() - ledger.state.elapsedMs,
        onState: () => onProgress?.(progressOfLedger(ledger)),
      }).toTheEnd();
      return summaryOfLedger(ledger);
    } catch (error) {
      throw signal.aborted ? aborted(signal.reason) : error;
    }
  }

  #beginAgain(ledger: MigrateLedger): Promise<void> {
    const { again = 'catch-up' } = this.#options;
    const { rounds } = this.#settings;
    return ledger.commit([], (now) =>
      again === 'held'
        ? { ...now, phase: 'retrying', after: undefined }
        : nextRound({ ...now, lastRound: now.round + rounds, settled: false }),
    );
  }

  /** Where the job in a store stands; undefined where none was begun there. */
  static async summary(state: OrderedStore): Promise<MigrateSummary> {
    return summaryOfLedger(await MigrateLedger.open(state));
  }

  /** Held keys, each a line of JSON: why, and what each master holds. In the order of the keys' hash. */
  static rows(state: OrderedStore, of: 'held' | 'skipped'): AsyncGenerator<string> {
    return rowsOf(state, of === 'held' ? spaces.held : spaces.skipped);
  }
}

async function* rowsOf(state: OrderedStore, space: number): AsyncGenerator<string> {
  for await (const rows of state.range(...rangeOfSpace(space))) {
    for (const [, text] of rows) yield decodeUtf8(text);
  }
}

function progressOfLedger({ state, total }: MigrateLedger): MigrateProgress {
  const { phase, round, scanned, units, written, bytes, elapsedMs } = state;
  return { phase, round, scanned, units, counts: total, written, bytes, elapsedMs };
}

function summaryOfLedger(ledger: MigrateLedger): MigrateSummary {
  const { left, removed, settled, strays } = ledger.state;
  return { ...progressOfLedger(ledger), places: ledger.places, settled, strays, removed, left };
}

function aborted(cause: unknown): StoreError {
  return new StoreError('the migration was stopped; run it again to go on', {
    code: 'STORE_ABORTED',
    operation: 'migrate',
    cause,
  });
}
