import { equalBytes, parseHex, toHex } from '@kvtwin/bytes';
import { webCryptoSha256 } from '@kvtwin/replica-pair';
import { forEachAtOnce } from '../apply/row-workers.js';
import type { OrderedWrite } from '../job/ordered-store.js';
import type { RatePacer } from '../scan/rate-pacer.js';
import { resumableScan } from '../scan/resumable-scan.js';
import { dropRange } from './drop-range.js';
import type { KeyCopier, ReadKey } from './key-copier.js';
import { decodeKeyRecord } from './key-record.js';
import { decodeListedValue, encodeListedValue, type ListedValue } from './listed-value.js';
import type { LocatedKey } from './located-key.js';
import {
  listedHead,
  listedKey,
  listedRange,
  parseLocated,
  rangeOfSpace,
  spaces,
  withoutPart,
} from './migrate-keys.js';
import type { MigrateLedger } from './migrate-ledger.js';
import type { MigrateSettings } from './migrate-options.js';
import type { LocatedBatch, MigrateSource, ScannedPart } from './migrate-source.js';
import type { MigratePhase, MigrateState } from './migrate-state.js';
import { notTold } from './not-told.js';
import { readSource } from './read-source.js';

/** A bulk read holds about this many bytes of values at most, as far as the listings told. */
const readBatchBytes = 4 * 1024 * 1024;

/** Nodes of a cluster listed at once: each holds a batch in memory. */
const partsAtOnce = 4;

/** What an attempt at a migration works with. */
export interface MigrateAttemptParts {
  readonly source: MigrateSource;
  readonly ledger: MigrateLedger;
  readonly copier: KeyCopier;
  readonly settings: MigrateSettings;
  readonly pacer: RatePacer;
  /** When the migration would have begun if this were its only attempt, in milliseconds since the epoch. */
  readonly beganMs: number;
  readonly onState: () => void;
}

/** A key that listings showed, and what each node had. */
interface Listed {
  readonly name: Uint8Array;
  readonly located: LocatedKey;
  readonly values: ListedValue[];
}

/** One attempt at a migration: from the state that the last one left to the end, every step kept before the next. */
export class MigrateAttempt {
  readonly #parts: MigrateAttemptParts;

  constructor(parts: MigrateAttemptParts) {
    this.#parts = parts;
  }

  async toTheEnd(): Promise<void> {
    for (let phase = this.#state.phase; phase !== 'done'; phase = this.#state.phase) {
      if (phase === 'scanning') await this.#scan();
      else if (phase === 'copying') await this.#copyListed();
      else if (phase === 'removing') await this.#settleWalk(spaces.record, 'holding', this.#isGone);
      else if (phase === 'holding') await this.#hold();
      else await this.#settleWalk(spaces.held, 'done', () => true);
    }
  }

  get #state(): MigrateState {
    return this.#parts.ledger.state;
  }

  async #scan(): Promise<void> {
    const { source } = this.#parts;
    const numbered = source.parts.map((part, at) => ({ part, at }));
    const open = numbered.filter(({ at }) => this.#state.cursors[at] !== null);
    await forEachAtOnce(open, source.copies === 1 ? 1 : partsAtOnce, ({ part, at }) =>
      this.#scanPart(part, at),
    );
    await this.#enter(source.copies === 1 ? this.#afterCopies() : 'copying');
  }

  #afterCopies(): MigratePhase {
    return this.#state.round === 1 ? 'holding' : 'removing';
  }

  async #scanPart(part: ScannedPart, at: number): Promise<void> {
    const { copier, ledger, pacer, settings, source } = this.#parts;
    const cursor = this.#state.cursors[at] ?? undefined;
    const batches = resumableScan(part, { ...settings, ...(cursor === undefined ? {} : { cursor }) });
    for await (const batch of batches) {
      settings.signal.throwIfAborted();
      const behind = (state: MigrateState): MigrateState => this.#behindBatch(state, at, batch);
      if (source.copies === 1) await copier.copy(batch.entries.map(shown), behind);
      else await ledger.commit([], behind, await this.#listingOf(batch, at));
      this.#parts.onState();
      await pacer.take(batch.entries.length, settings.signal);
    }
    await ledger.commit([], (state) => this.#timed({ ...state, cursors: { ...state.cursors, [at]: null } }));
  }

  #behindBatch(state: MigrateState, at: number, { cursor, entries, strays = 0 }: LocatedBatch): MigrateState {
    return this.#timed({
      ...state,
      cursors: { ...state.cursors, [at]: cursor },
      scanned: state.scanned + entries.length,
      strays: state.strays + strays,
    });
  }

  async #listingOf({ entries }: LocatedBatch, at: number): Promise<OrderedWrite[]> {
    const sha256 = this.#parts.settings.sha256 ?? webCryptoSha256;
    return Promise.all(
      entries.map(async ({ entry, unreadable: _, ...located }): Promise<OrderedWrite> => {
        const value = { digest: await sha256(entry.value), bytes: entry.value.length };
        return [listedKey(this.#state.round, located, at), encodeListedValue(value)];
      }),
    );
  }

  /** Reads the listed keys from both masters, in the order of their hash, and copies them. */
  async #copyListed(): Promise<void> {
    const { ledger, settings } = this.#parts;
    const { round } = this.#state;
    let batch: Listed[] = [];
    let bytes = 0;
    for await (const listed of this.#listed(round)) {
      batch.push(listed);
      bytes += Math.max(...listed.values.map((value) => value.bytes)) * 2;
      if (batch.length < settings.batchSize && bytes < readBatchBytes) continue;
      await this.#copyBatch(batch);
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) await this.#copyBatch(batch);
    await dropRange(ledger.store, listedRange(round));
    await this.#enter(this.#afterCopies());
  }

  async *#listed(round: number): AsyncGenerator<Listed> {
    const { after } = this.#state;
    let last: Listed | undefined;
    const from = after === undefined ? undefined : partsBehind(parseHex(after));
    for await (const entries of this.#parts.ledger.store.range(...listedRange(round, from))) {
      for (const [key, value] of entries) {
        const name = withoutPart(key);
        if (last !== undefined && equalBytes(last.name, name)) {
          last.values.push(decodeListedValue(value));
          continue;
        }
        if (last !== undefined) yield last;
        const located = parseLocated(name, listedHead(round).length);
        last = { name: name.slice(), located, values: [decodeListedValue(value)] };
      }
    }
    if (last !== undefined) yield last;
  }

  async #copyBatch(batch: readonly Listed[]): Promise<void> {
    const { copier, pacer, settings } = this.#parts;
    settings.signal.throwIfAborted();
    const { changed, unchanged } = await this.#sorted(batch);
    const reads = await this.#readListed(changed);
    const after = toHex(batch[batch.length - 1]!.name);
    await this.#parts.ledger.commit(unchanged, (state) => state);
    await copier.copy(reads, (state) => this.#timed({ ...state, after }));
    this.#parts.onState();
    await pacer.take(batch.length, settings.signal);
  }

  /** A key that both masters listed with the very value that was copied before is not read again. */
  async #sorted(batch: readonly Listed[]): Promise<{
    readonly changed: Listed[];
    readonly unchanged: Parameters<MigrateLedger['commit']>[0];
  }> {
    const { ledger, source } = this.#parts;
    const { round } = this.#state;
    const records = await Promise.all(batch.map(({ located }) => ledger.record(located)));
    const changed: Listed[] = [];
    const unchanged: Parameters<MigrateLedger['commit']>[0][number][] = [];
    for (const [at, listed] of batch.entries()) {
      const { located, values } = listed;
      const record = records[at];
      const [copied, ...begun] = record?.ours ?? [];
      const same =
        record?.outcome === 'copied' &&
        begun.length === 0 &&
        values.length === source.copies &&
        values.every(({ digest }) => equalBytes(digest, copied!));
      if (same) unchanged.push({ located, before: record, after: { ...record, round } });
      else changed.push(listed);
    }
    return { changed, unchanged };
  }

  /** Where a source does not compare beyond a NUL byte, two listings that differ are believed more than it. */
  async #readListed(batch: readonly Listed[]): Promise<ReadKey[]> {
    const reads = await this.#read(batch.map(({ located }) => located));
    if (this.#parts.source.comparesBeyondNul !== false) return reads;
    return reads.map((each, at) => {
      const [first, second] = batch[at]!.values;
      const differ = second !== undefined && !equalBytes(first!.digest, second.digest);
      return differ ? { ...each, read: doubted(each.read) } : each;
    });
  }

  /** Keys that were held, or are looked for again, have no listings: what such a source says of a NUL byte proves nothing. */
  async #readAgain(keys: readonly LocatedKey[]): Promise<ReadKey[]> {
    const reads = await this.#read(keys);
    if (this.#parts.source.comparesBeyondNul !== false) return reads;
    return reads.map((each) => ({
      ...each,
      read: each.read.kind === 'value' && each.read.entry.value.includes(0) ? doubted(each.read) : each.read,
    }));
  }

  async #read(keys: readonly LocatedKey[]): Promise<ReadKey[]> {
    const { settings, source } = this.#parts;
    const reads = await readSource(source, keys, settings);
    return keys.map((located, at) => ({ located, read: reads[at]! }));
  }

  /** Before keys stay held there is time for the masters to come together. */
  async #hold(): Promise<void> {
    const { ledger, settings } = this.#parts;
    if (ledger.total.held > 0 && this.#state.after === undefined) {
      await settings.clock.sleep(settings.settleMs, settings.signal);
    }
    await this.#settleWalk(spaces.held, undefined, () => true);
    const { lastRound, round, written } = this.#state;
    const settled = round > 1 && written === 0;
    if (settings.dryRun || round >= (lastRound || settings.rounds) || settled) {
      return this.#keep((state) => ({ ...state, phase: 'done', after: undefined, settled }));
    }
    await settings.clock.sleep(settings.settleMs, settings.signal);
    await this.#nextRound();
  }

  /** Reads the keys of a space once more, as far as they are wanted, and brings the target what the source holds now. */
  async #settleWalk(
    space: number,
    phase: MigratePhase | undefined,
    wanted: (value: Uint8Array) => boolean,
  ): Promise<void> {
    const { ledger, settings } = this.#parts;
    const { after } = this.#state;
    let batch: LocatedKey[] = [];
    let last: Uint8Array | undefined;
    const range = rangeOfSpace(space, after === undefined ? undefined : parseHex(after));
    for await (const entries of ledger.store.range(...range)) {
      for (const [name, value] of entries) {
        if (!wanted(value)) continue;
        batch.push(parseLocated(name, 1));
        last = name.slice();
        if (batch.length < settings.batchSize) continue;
        await this.#settle(batch, last);
        batch = [];
      }
    }
    if (batch.length > 0) await this.#settle(batch, last!);
    if (phase !== undefined) await this.#enter(phase);
  }

  async #settle(batch: readonly LocatedKey[], last: Uint8Array): Promise<void> {
    const { copier, pacer, settings } = this.#parts;
    settings.signal.throwIfAborted();
    // Values of any size: only a few at a time.
    const size = Math.max(1, Math.min(16, settings.batchSize));
    for (let at = 0; at < batch.length; at += size) {
      const isEnd = at + size >= batch.length;
      const after = toHex(last);
      const reads = await this.#readAgain(batch.slice(at, at + size));
      await copier.copy(reads, (state) => this.#timed(isEnd ? { ...state, after } : state));
    }
    this.#parts.onState();
    await pacer.take(batch.length, settings.signal);
  }

  readonly #isGone = (value: Uint8Array): boolean => decodeKeyRecord(value).round < this.#state.round;

  #enter(phase: MigratePhase): Promise<void> {
    return this.#keep((state) => ({ ...state, phase, after: undefined }));
  }

  #nextRound(): Promise<void> {
    return this.#keep(nextRound);
  }

  async #keep(next: (state: MigrateState) => MigrateState): Promise<void> {
    await this.#parts.ledger.commit([], (state) => this.#timed(next(state)));
    this.#parts.onState();
  }

  #timed(state: MigrateState): MigrateState {
    const { beganMs, settings } = this.#parts;
    return { ...state, elapsedMs: settings.clock.nowMs() - beganMs };
  }
}

function shown({ entry, unreadable, ...located }: LocatedBatch['entries'][number]): ReadKey {
  return { located, read: unreadable === true ? notTold : { kind: 'value', entry } };
}

/** The state in which a round begins. */
export function nextRound(state: MigrateState): MigrateState {
  const fresh = { cursors: {}, scanned: 0, strays: 0, written: 0, after: undefined };
  return { ...state, ...fresh, phase: 'scanning', round: state.round + 1 };
}

/** A value that the listings, or nothing, speak for. */
function doubted(read: ReadKey['read']): ReadKey['read'] {
  if (read.kind !== 'value') return read;
  return {
    kind: 'disagree',
    why: 'not-told',
    sides: [{ state: 'unknown' }, { state: 'present', entry: read.entry }],
  };
}

/** Behind every part of a listed key. */
function partsBehind(name: Uint8Array): Uint8Array {
  return Uint8Array.of(...name, 0xff, 0xff);
}
