import { setMaxListeners } from 'node:events';
import { type CallOptions, type Clock, type PairStore, StoreError, type Two } from '@kvtwin/versioned-value';
import type { ServedPair } from '../cluster/cluster.js';
import { bringAlong, isRepairable, type RepairableStore } from './bring-along.js';
import type { ConflictLog } from './conflict-log.js';
import { decideRepair } from './decide-repair.js';
import { heldState, type RepairIntent, type RepairKey } from './repair-intent.js';
import type { RepairChain, RepairLog } from './repair-log.js';
import type { ResolvedRepairOptions } from './repair-options.js';

/** Keys repaired at once: enough to hide a side's latency, few enough to leave it to its callers. */
const KEYS_AT_ONCE = 16;
/** After so long a key whose write is under way is looked at again. */
const WRITE_UNDER_WAY_MS = 50;
/** What looks like a conflict is looked at so often: another writer's repair may be under way. */
const CONFLICT_READS = 3;

/** How one attempt at a key ended. */
export type RepairAttempt =
  | { readonly kind: 'settled' }
  /** Somebody wrote in between, or it looks like a conflict: again a little later. */
  | { readonly kind: 'again'; readonly afterMs: number }
  /** A side does not answer. */
  | { readonly kind: 'waiting'; readonly side: 0 | 1 };

/** What a worker works with. */
export interface RepairWorkerParts {
  readonly log: RepairLog;
  readonly conflicts: ConflictLog;
  readonly options: ResolvedRepairOptions;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The pair of that name; undefined where it is not served (any more). */
  pairNamed(name: string): ServedPair | undefined;
  /** Runs `work` while no write of the key through this proxy is under way. */
  inTurn<T>(key: RepairKey, work: () => Promise<T>): Promise<T>;
  readonly onError: (error: unknown) => void;
}

/** A side that did not answer. */
interface Pause {
  untilMs: number;
  delayMs: number;
}

/** Brings sides along in the background, as soon as they are back. */
export class RepairWorker {
  /** Writes brought along or found to stand on both sides since the start. */
  settledCount = 0;
  readonly #parts: RepairWorkerParts;
  readonly #pauses = new Map<string, Pause>();
  /** Keys that are not to be looked at before a time, and how often they looked like a conflict. */
  readonly #later = new Map<string, { untilMs: number; conflicts: number }>();
  readonly #stop = new AbortController();
  /** Closing does not wait for a side that is silent. */
  readonly #call: CallOptions;
  #running: Promise<void> | undefined;
  #woken = false;
  #rest: AbortController | undefined;

  constructor(parts: RepairWorkerParts) {
    this.#parts = parts;
    // One for each call under way.
    setMaxListeners(0, this.#stop.signal);
    this.#call = { timeoutMs: parts.timeoutMs, signal: this.#stop.signal };
  }

  /** Something waits. */
  wake(): void {
    this.#woken = true;
    this.#rest?.abort();
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#parts.log.waiting > 0 && this.#woken) this.wake();
    });
  }

  /** Leaves a key alone for a while. */
  postpone(name: string, byMs: number): void {
    if (!this.#later.has(name)) this.#later.set(name, { untilMs: this.#now() + byMs, conflicts: 0 });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#rest?.abort();
    await this.#running;
  }

  /** Looks at one key now. The caller has its turn. */
  async attempt(chain: RepairChain, store: PairStore): Promise<RepairAttempt> {
    const { conflicts, clock } = this.#parts;
    const intents = [...chain.intents];
    if (!isRepairable(store)) return this.#done(chain, intents, 'not-repairable');
    const reads = await this.#read(store, chain.key.key);
    const held = [heldState(reads[0]), heldState(reads[1])] as const;
    if (held[0] === undefined || held[1] === undefined)
      return { kind: 'waiting', side: held[0] === undefined ? 0 : 1 };
    const now = [held[0], held[1]] as const;
    // A write that is under way all the same, for a turn does not last for ever, may stand on one side by now.
    if (this.#parts.log.isUnderWay(chain.name)) return { kind: 'again', afterMs: WRITE_UNDER_WAY_MS };
    const decision = decideRepair(intents, now, store.policy, clock.nowMs());
    if (decision.kind === 'settled') return this.#done(chain, intents, decision.as);
    const last = intents.at(-1)!;
    const conflict = async (why: string): Promise<RepairAttempt> => {
      const seen = (this.#later.get(chain.name)?.conflicts ?? 0) + 1;
      if (seen < CONFLICT_READS) {
        const afterMs = this.#parts.options.conflictCheckMs;
        this.#later.set(chain.name, { untilMs: this.#now() + afterMs, conflicts: seen });
        return { kind: 'again', afterMs };
      }
      const { command } = last;
      await conflicts.add({ ...chain.key, atMs: clock.nowMs(), kind: 'diverged', command, why, sides: now });
      return this.#done(chain, intents, 'conflict');
    };
    if (decision.kind === 'conflict') return conflict(decision.why);
    const { from, to } = decision;
    const result = await bringAlong(store, {
      key: chain.key.key,
      to,
      source: reads[from],
      target: reads[to],
      nowMs: clock.nowMs(),
      removedBetween: intents.some(({ written }) => written === null),
      expiresAtMs: now[from].hash === last.written ? last.expiresAtMs : undefined,
      call: this.#call,
    });
    if (result.state === 'applied') return this.#done(chain, intents, 'repaired');
    if (result.state === 'rejected' && result.error === undefined) return { kind: 'again', afterMs: 20 };
    if (result.state === 'rejected' && result.error?.code !== 'STORE_REJECTED') {
      return conflict(`the other side refuses the repair: ${result.error?.message}`);
    }
    return { kind: 'waiting', side: to };
  }

  #done(chain: RepairChain, intents: readonly RepairIntent[], as: string): RepairAttempt {
    this.settledCount += intents.length;
    this.#later.delete(chain.name);
    this.#parts.log.settle(intents, as);
    return { kind: 'settled' };
  }

  async #read(store: RepairableStore, key: Uint8Array) {
    const call = this.#call;
    return Promise.all([store.readSide(0, key, call), store.readSide(1, key, call)]);
  }

  /** Passes over the keys that wait until none is left, resting while nothing can be done. */
  async #run(): Promise<void> {
    const { log } = this.#parts;
    while (log.waiting > 0 && !this.#stop.signal.aborted) {
      this.#woken = false;
      await this.#pass();
      if (log.waiting > 0 && !this.#woken) await this.#restUntil(this.#nextMs());
    }
  }

  async #pass(): Promise<void> {
    const due: RepairChain[] = [];
    for (const chain of this.#parts.log.chains()) {
      if ((this.#later.get(chain.name)?.untilMs ?? 0) > this.#now() || this.#isPaused(chain)) continue;
      due.push(chain);
      if (due.length >= 1024) break;
    }
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < due.length && !this.#stop.signal.aborted; at = next++) {
        if (!this.#isPaused(due[at]!)) await this.#repair(due[at]!);
      }
    };
    // One first: a side that is down is found out by it, not by sixteen.
    const first = due[next++];
    if (first !== undefined) await this.#repair(first);
    await Promise.all(Array.from({ length: KEYS_AT_ONCE }, worker));
  }

  async #repair(chain: RepairChain): Promise<void> {
    const pair = this.#parts.pairNamed(chain.key.pair);
    if (pair === undefined) {
      // Of a table that is no longer served, or not yet again.
      this.#later.set(chain.name, { untilMs: this.#now() + 60_000, conflicts: 0 });
      return;
    }
    try {
      const attempt = await this.#parts.inTurn(chain.key, async (): Promise<RepairAttempt> => {
        const current = this.#parts.log.chainOf(chain.name);
        if (current === undefined) return { kind: 'settled' };
        return pair.tables.with(chain.key.type, chain.key.table, (store) => this.attempt(current, store));
      });
      this.#note(chain, attempt);
    } catch (error) {
      if (!StoreError.is(error)) this.#parts.onError(error);
      this.#later.set(chain.name, {
        untilMs: this.#now() + this.#parts.options.maxRepairDelayMs,
        conflicts: 0,
      });
    }
  }

  #note(chain: RepairChain, attempt: RepairAttempt): void {
    if (attempt.kind === 'waiting') {
      const name = sideName(chain, attempt.side);
      const { repairDelayMs, maxRepairDelayMs } = this.#parts.options;
      const delayMs = Math.min(maxRepairDelayMs, (this.#pauses.get(name)?.delayMs ?? repairDelayMs / 2) * 2);
      this.#pauses.set(name, { delayMs, untilMs: this.#now() + delayMs });
      return;
    }
    for (const side of [0, 1] as const) this.#pauses.delete(sideName(chain, side));
    if (attempt.kind === 'settled') return;
    const conflicts = this.#later.get(chain.name)?.conflicts ?? 0;
    this.#later.set(chain.name, { untilMs: this.#now() + attempt.afterMs, conflicts });
  }

  #isPaused(chain: RepairChain): boolean {
    const nowMs = this.#now();
    return ([0, 1] as const).some((side) => (this.#pauses.get(sideName(chain, side))?.untilMs ?? 0) > nowMs);
  }

  #nextMs(): number {
    let nextMs = this.#now() + this.#parts.options.maxRepairDelayMs;
    for (const { untilMs } of this.#pauses.values())
      if (untilMs > this.#now()) nextMs = Math.min(nextMs, untilMs);
    for (const [name, { untilMs }] of this.#later) {
      if (this.#parts.log.chainOf(name) === undefined) this.#later.delete(name);
      else if (untilMs > this.#now()) nextMs = Math.min(nextMs, untilMs);
    }
    return nextMs;
  }

  async #restUntil(untilMs: number): Promise<void> {
    this.#rest = new AbortController();
    const ms = Math.max(1, untilMs - this.#now());
    await this.#parts.clock.sleep(ms, this.#rest.signal).catch(() => undefined);
    this.#rest = undefined;
  }

  #now(): number {
    return this.#parts.clock.nowMs();
  }
}

function sideName({ key }: RepairChain, side: 0 | 1): string {
  const names = key.pair.split('|') as unknown as Two<string>;
  return names[side];
}
