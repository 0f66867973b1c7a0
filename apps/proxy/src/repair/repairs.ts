import { type Clock, type SideRead, systemClock, type Two } from '@kvtwin/versioned-value';
import type { Cluster, ServedPair } from '../cluster/cluster.js';
import { within } from '../http/within.js';
import type { RepairableStore } from './bring-along.js';
import { ConflictLog } from './conflict-log.js';
import { heldState, type RepairIntent, type RepairKey, repairKeyName } from './repair-intent.js';
import { RepairLog } from './repair-log.js';
import { type RepairOptions, resolveRepairOptions } from './repair-options.js';
import { RepairWorker } from './repair-worker.js';
import { turnOf, type WriteTurns } from './write-turns.js';

/** What waits for repair, and what cannot be repaired. */
export interface RepairStatus {
  /** Directory of the journal; undefined: in memory only. */
  readonly directory: string | undefined;
  readonly waiting: number;
  /** When the oldest of them was written, in ms since the epoch. */
  readonly oldestAtMs: number | undefined;
  /** By the name of the side that is to be brought along. Writes in doubt count for the second side. */
  readonly waitingBySide: Readonly<Record<string, number>>;
  /** Since the start. */
  readonly settled: number;
  readonly conflicts: number;
  readonly journalBytes: number;
  /** Why writes that reach one side only cannot be acknowledged at the moment. */
  readonly failure: string | undefined;
}

/** How repairs are opened. */
export interface RepairsParts {
  readonly cluster: Cluster;
  readonly turns: WriteTurns;
  readonly sideTimeoutMs: number;
  readonly onError: (error: unknown) => void;
}

/** A side's last word before a write may come this much later than the other's; its base is then taken from that. */
const BASE_GRACE_MS = 250;

/** The repair journal, the conflict log, and who works on them. */
export class Repairs {
  readonly log: RepairLog;
  readonly conflicts: ConflictLog;
  readonly worker: RepairWorker;
  readonly clock: Clock;
  readonly sumCopyDelayMs: number;
  readonly #directory: string | undefined;
  readonly #timeoutMs: number;
  #pairs: ReadonlyMap<string, ServedPair> = new Map();

  /** Rejects with a JournalError where the directory is another proxy's, or damaged. */
  static async open(options: RepairOptions, parts: RepairsParts): Promise<Repairs> {
    const directory = options.journal === false ? undefined : options.journal;
    const limits = resolveRepairOptions(options);
    const log = await RepairLog.open(
      directory,
      { maxOpenIntents: limits.maxOpenRepairs, maxBytes: limits.maxJournalBytes },
      parts.onError,
    );
    try {
      const conflicts = await ConflictLog.open(directory, limits.maxConflictBytes, parts.onError);
      return new Repairs(log, conflicts, directory, options, parts);
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  private constructor(
    log: RepairLog,
    conflicts: ConflictLog,
    directory: string | undefined,
    options: RepairOptions,
    { cluster, turns, sideTimeoutMs, onError }: RepairsParts,
  ) {
    this.log = log;
    this.conflicts = conflicts;
    this.clock = options.repairClock ?? systemClock;
    this.#directory = directory;
    this.#timeoutMs = sideTimeoutMs;
    const resolved = resolveRepairOptions(options);
    this.sumCopyDelayMs = resolved.sumCopyDelayMs;
    this.worker = new RepairWorker({
      log,
      conflicts,
      options: resolved,
      clock: this.clock,
      timeoutMs: sideTimeoutMs,
      pairNamed: (name) => this.#pairNamed(cluster, name),
      inTurn: ({ type, table, key }, work) => turns.run(turnOf(type, table, key), work),
      onError,
    });
    if (log.waiting > 0) this.worker.wake();
  }

  get status(): RepairStatus {
    const waitingBySide: Record<string, number> = {};
    let oldestAtMs: number | undefined;
    for (const { intents } of this.log.chains()) {
      for (const { pair, side = 1, atMs } of intents) {
        const name = pair.split('|')[side]!;
        waitingBySide[name] = (waitingBySide[name] ?? 0) + 1;
        oldestAtMs = Math.min(oldestAtMs ?? atMs, atMs);
      }
    }
    return {
      directory: this.#directory,
      waiting: this.log.waiting,
      oldestAtMs,
      waitingBySide,
      settled: this.worker.settledCount,
      conflicts: this.conflicts.count,
      journalBytes: this.log.bytes,
      failure: this.log.failure?.message,
    };
  }

  /**
   * What both sides hold before a write, for its intent. A side that is silent is not waited for once the other has
   * answered; the first one is, `firstInAnyCase`. Where the key waits for repair and both sides are there, that is done first.
   */
  async before(
    store: RepairableStore,
    key: RepairKey,
    { firstInAnyCase = false }: { readonly firstInAnyCase?: boolean } = {},
  ): Promise<Two<SideRead | undefined>> {
    const chain = this.log.chainOf(repairKeyName(key));
    const reads = await this.#readBoth(store, key.key, firstInAnyCase);
    if (chain === undefined || !reads.every((read) => read !== undefined && heldState(read) !== undefined))
      return reads;
    const attempt = await this.worker.attempt(chain, store).catch(() => undefined);
    return attempt?.kind === 'settled' ? this.#readBoth(store, key.key, firstInAnyCase) : reads;
  }

  /** The writes of a key that wait for repair. */
  waitingOf(key: RepairKey): readonly RepairIntent[] {
    return this.log.chainOf(repairKeyName(key))?.intents ?? [];
  }

  /** Leaves a key alone for a while, if it is not waiting for longer already. */
  postpone(key: RepairKey, byMs: number): void {
    this.worker.postpone(repairKeyName(key), byMs);
  }

  async close(): Promise<void> {
    await this.worker.close();
    await Promise.all([this.log.close(), this.conflicts.close()]);
  }

  async #readBoth(
    store: RepairableStore,
    key: Uint8Array,
    firstInAnyCase: boolean,
  ): Promise<Two<SideRead | undefined>> {
    const call = { timeoutMs: this.#timeoutMs };
    const reads: [SideRead | undefined, SideRead | undefined] = [undefined, undefined];
    const read = async (at: 0 | 1): Promise<SideRead> => {
      const answer = await store.readSide(at, key, call);
      reads[at] = answer;
      return answer;
    };
    const both = [read(0), read(1)] as const;
    const soonest = await (firstInAnyCase ? both[0] : Promise.race(both));
    if (soonest.state === 'failed') await Promise.all(both);
    else await within(Promise.all(both), BASE_GRACE_MS);
    return reads;
  }

  #pairNamed(cluster: Cluster, name: string): ServedPair | undefined {
    const known = this.#pairs.get(name);
    if (known !== undefined && isServed(cluster, known)) return known;
    this.#pairs = pairsOf(cluster);
    return this.#pairs.get(name);
  }
}

/** How the journal calls a pair. */
export function pairName({ sideNames }: Pick<ServedPair, 'sideNames'>): string {
  return sideNames.join('|');
}

function isServed(cluster: Cluster, pair: ServedPair): boolean {
  if (cluster.only !== undefined) return cluster.only === pair;
  for (let slot = 0; slot < 1024; slot++) if (cluster.pairOf(slot) === pair) return true;
  return false;
}

function pairsOf(cluster: Cluster): ReadonlyMap<string, ServedPair> {
  if (cluster.only !== undefined) return new Map([[pairName(cluster.only), cluster.only]]);
  const pairs = new Map<string, ServedPair>();
  for (let slot = 0; slot < 1024; slot++) {
    const pair = cluster.pairOf(slot);
    pairs.set(pairName(pair), pair);
  }
  return pairs;
}
