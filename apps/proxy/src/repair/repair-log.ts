import { join } from 'node:path';
import { Journal, JournalError } from '@kvtwin/journal';
import { mergeIntents } from './merge-intents.js';
import {
  formatIntent,
  formatSettled,
  parseRepairRecord,
  type RepairIntent,
  type RepairKey,
  repairKeyName,
} from './repair-intent.js';

/** How much a repair log keeps. */
export interface RepairLogLimits {
  /** Writes that wait for repair at once. */
  readonly maxOpenIntents: number;
  /** Bytes on disk. */
  readonly maxBytes: number;
}

/** A key with the writes that may not stand on both its sides, in their order. */
export interface RepairChain {
  readonly name: string;
  readonly key: RepairKey;
  readonly intents: readonly RepairIntent[];
}

/** Why an intent could not be kept: then the write must not be acknowledged. */
export class IntentNotKept extends Error {}

/** Rewriting what is open makes room once the journal has grown to so much. */
const COMPACT_FROM_BYTES = 32 * 1024 * 1024;
/**
 * Writes of one key that are kept apart: a side that was written and did not answer may hold any of them. Older ones become
 * one write.
 */
const KEPT_APART = 64;
/** After a failed write the journal is opened again at most so often. */
const REOPEN_EVERY_MS = 1000;
/** A member of a set may be 16 MiB, and is written as base64. */
const MAX_RECORD_BYTES = 32 * 1024 * 1024;

/**
 * The writes that may not stand on both sides: in memory, and where there is a directory in a journal.
 *
 *     begin ── both sides took it ──────────▶ settled
 *       │ ├─── one side is unknown ── owe ──▶ acknowledged, waits for repair ──▶ settled
 *       │ └─── neither is known to have it ─▶ in doubt, waits for repair ──────▶ settled
 *       └ the proxy is killed ──────────────▶ in doubt when it is started again
 *
 * `begin` is not synced: the end of the process does not lose it, and one of the machine loses what nobody was told of.
 */
export class RepairLog {
  readonly #directory: string | undefined;
  readonly #limits: RepairLogLimits;
  readonly #onError: (error: unknown) => void;
  readonly #chains = new Map<string, { name: string; key: RepairKey; intents: RepairIntent[] }>();
  /** Writes under way, by id. */
  readonly #begun = new Map<number, RepairIntent>();
  /** How many of them each key has. */
  readonly #underWay = new Map<string, number>();
  #journal: Journal | undefined;
  #nextId = 1;
  #waiting = 0;
  #compacting = false;
  #compactAt = COMPACT_FROM_BYTES;
  #reopening: Promise<void> | undefined;
  #reopenedAtMs = 0;
  #closed = false;

  /** Without a directory it is kept in memory only. Rejects with a JournalError. */
  static async open(
    directory: string | undefined,
    limits: RepairLogLimits,
    onError: (error: unknown) => void,
  ): Promise<RepairLog> {
    const log = new RepairLog(directory, limits, onError);
    if (directory !== undefined) {
      log.#journal = await log.#openJournal();
      try {
        await log.#recover();
      } catch (error) {
        await log.close();
        throw error;
      }
    }
    return log;
  }

  private constructor(
    directory: string | undefined,
    limits: RepairLogLimits,
    onError: (error: unknown) => void,
  ) {
    this.#directory = directory;
    this.#limits = limits;
    this.#onError = onError;
  }

  /** Writes that wait for repair. */
  get waiting(): number {
    return this.#waiting;
  }

  get bytes(): number {
    return this.#journal?.size.bytes ?? 0;
  }

  /** Why nothing can be kept at the moment; undefined where it can. */
  get failure(): Error | undefined {
    if (this.#waiting >= this.#limits.maxOpenIntents) {
      return new IntentNotKept(
        `${this.#waiting} writes wait for repair, and no more are taken (maxOpenRepairs)`,
      );
    }
    return this.#journal?.failure;
  }

  /** Keys that wait for repair, oldest first. */
  chains(): IterableIterator<RepairChain> {
    return this.#chains.values();
  }

  chainOf(name: string): RepairChain | undefined {
    return this.#chains.get(name);
  }

  /** Whether a write of the key has begun, and it is not known yet what became of it. */
  isUnderWay(name: string): boolean {
    return this.#underWay.has(name);
  }

  /**
   * Notes a write that is about to be sent. Resolves once the operating system has it, or it is known that the journal
   * fails: that is told when something has to be kept.
   */
  async begin(draft: Omit<RepairIntent, 'id' | 'side' | 'refusedBy'>): Promise<RepairIntent> {
    const intent: RepairIntent = { ...draft, id: this.#nextId++ };
    const name = repairKeyName(intent);
    this.#begun.set(intent.id, intent);
    this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + 1);
    await this.#note(formatIntent(intent));
    return intent;
  }

  /** The write stands where it should, or nowhere. */
  end(intent: RepairIntent, as: string): void {
    if (this.#leave(intent)) void this.#note(formatSettled([intent.id], as));
  }

  /**
   * The write stands on one side; `intent.side` is the other. Resolves once that is on disk. Rejects with
   * {@link IntentNotKept}: then the write is in doubt, and must not be acknowledged.
   */
  async owe(intent: RepairIntent): Promise<void> {
    const { failure } = this;
    if (this.#waiting >= this.#limits.maxOpenIntents) {
      this.end(intent, 'not-kept');
      throw failure;
    }
    this.#begun.set(intent.id, intent);
    try {
      if (this.#journal?.failure !== undefined) await this.#reopen();
      await this.#journal?.append(formatIntent(intent));
    } catch (error) {
      const { side: _, ...inDoubt } = intent;
      this.#wait(inDoubt);
      throw new IntentNotKept(error instanceof Error ? error.message : String(error), { cause: error });
    }
    this.#wait(intent);
  }

  /** No side is known to have taken the write, or one refused it: what became of it is looked at later. */
  doubt(intent: RepairIntent): void {
    if (this.#waiting >= this.#limits.maxOpenIntents) {
      this.end(intent, 'not-kept');
      return;
    }
    if (intent.refusedBy !== undefined) void this.#note(formatIntent(intent));
    this.#wait(intent);
  }

  /** Nothing is left to be done about these writes of one key. */
  settle(intents: readonly RepairIntent[], as: string): void {
    const first = intents[0];
    if (first === undefined) return;
    const name = repairKeyName(first);
    const chain = this.#chains.get(name);
    if (chain === undefined) return;
    const done = new Set(intents.map(({ id }) => id));
    const left = chain.intents.filter(({ id }) => !done.has(id));
    this.#waiting -= chain.intents.length - left.length;
    chain.intents = left;
    if (left.length === 0) this.#chains.delete(name);
    void this.#note(formatSettled([...done], as));
    void this.#compactIfWorth();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reopening;
    await this.#journal?.close();
  }

  #leave(intent: RepairIntent): boolean {
    if (!this.#begun.delete(intent.id)) return false;
    const name = repairKeyName(intent);
    const left = this.#underWay.get(name)! - 1;
    if (left === 0) this.#underWay.delete(name);
    else this.#underWay.set(name, left);
    return true;
  }

  #wait(intent: RepairIntent): void {
    this.#leave(intent);
    const name = repairKeyName(intent);
    const chain = this.#chains.get(name);
    this.#waiting++;
    if (chain === undefined) {
      const { pair, type, table, key } = intent;
      this.#chains.set(name, { name, key: { pair, type, table, key }, intents: [intent] });
      return;
    }
    const isLast = chain.intents.at(-1)!.id < intent.id;
    chain.intents.push(intent);
    if (!isLast) chain.intents.sort((a, b) => a.id - b.id);
    if (chain.intents.length >= 2 * KEPT_APART) this.#collapse(chain);
  }

  /** A key that is written all the time would fill the journal: its oldest writes become one. */
  #collapse(chain: { intents: RepairIntent[] }): void {
    const { intents } = chain;
    let merged = intents[0]!;
    const gone: number[] = [];
    let at = 1;
    for (; at <= intents.length - KEPT_APART; at++) {
      const both = mergeIntents(merged, intents[at]!);
      if (both === undefined) break;
      gone.push(merged.id);
      merged = both;
    }
    if (gone.length === 0) return;
    chain.intents = [merged, ...intents.slice(at)];
    this.#waiting -= gone.length;
    void this.#note(formatIntent(merged));
    void this.#note(formatSettled(gone, 'collapsed'));
  }

  /** What need not be on disk before the caller hears. */
  async #note(line: string): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined || this.#closed) return;
    try {
      await journal.append(line, { sync: 'os' });
      void this.#compactIfWorth();
    } catch (error) {
      // Whoever needs it on disk is told so by the append that is waited for.
      if (!JournalError.is(error)) this.#onError(error);
    }
  }

  async #openJournal(): Promise<Journal> {
    return Journal.open(join(this.#directory!, 'intents'), {
      // Room is made by whole segments.
      maxSegmentBytes: Math.max(64, Math.min(8 * 1024 * 1024, Math.floor(this.#limits.maxBytes / 16))),
      maxTotalBytes: this.#limits.maxBytes,
      maxRecordBytes: MAX_RECORD_BYTES,
    });
  }

  async #recover(): Promise<void> {
    const open = new Map<number, RepairIntent>();
    for await (const { text } of this.#journal!.read()) {
      const record = parseRepairRecord(text);
      if (record.kind === 'settled') for (const id of record.ids) open.delete(id);
      else {
        open.set(record.intent.id, record.intent);
        this.#nextId = Math.max(this.#nextId, record.intent.id + 1);
      }
    }
    for (const intent of [...open.values()].sort((a, b) => a.id - b.id)) this.#wait(intent);
  }

  /** After a failed write: opens the journal anew and writes down what is open. */
  #reopen(): Promise<void> {
    const nowMs = performance.now();
    if (this.#reopening === undefined && nowMs - this.#reopenedAtMs >= REOPEN_EVERY_MS) {
      this.#reopenedAtMs = nowMs;
      this.#reopening = this.#openAnew().finally(() => {
        this.#reopening = undefined;
      });
    }
    return this.#reopening ?? Promise.resolve();
  }

  async #openAnew(): Promise<void> {
    await this.#journal!.close();
    const journal = await this.#openJournal();
    this.#journal = journal;
    await this.#rewrite(journal);
  }

  async #compactIfWorth(): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined || this.#compacting || this.#closed) return;
    if (journal.size.bytes < Math.min(this.#compactAt, this.#limits.maxBytes / 2)) return;
    if (journal.failure !== undefined) return;
    this.#compacting = true;
    try {
      await this.#rewrite(journal);
      this.#compactAt = Math.max(COMPACT_FROM_BYTES, journal.size.bytes * 3);
    } catch (error) {
      if (!JournalError.is(error)) this.#onError(error);
    } finally {
      this.#compacting = false;
    }
  }

  /** Writes what is open once more, and drops everything before it. */
  async #rewrite(journal: Journal): Promise<void> {
    const from = journal.nextPosition;
    const open = [...this.#chains.values()].flatMap(({ intents }) => intents);
    for (const intent of this.#begun.values()) open.push(intent);
    const written = await journal.append(open.map(formatIntent));
    await journal.dropBefore(Math.min(from, written));
  }
}
