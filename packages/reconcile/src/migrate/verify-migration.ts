import { equalBytes } from '@kvtwin/bytes';
import { type Sha256, webCryptoSha256 } from '@kvtwin/replica-pair';
import type { CallOptions } from '@kvtwin/versioned-value';
import type { OrderedStore, OrderedWrite } from '../job/ordered-store.js';
import { RatePacer } from '../scan/rate-pacer.js';
import { resumableScan } from '../scan/resumable-scan.js';
import { dropRange } from './drop-range.js';
import { entryDigest } from './entry-sum.js';
import { KeyMapper } from './key-mapper.js';
import { decodeKeyRecord } from './key-record.js';
import type { LocatedEntry, LocatedKey } from './located-key.js';
import { locatedBytes, parseLocated, rangeOfSpace, spaces } from './migrate-keys.js';
import { type MigrateOptions, type MigrateSettings, migrateSettings } from './migrate-options.js';
import type { MigrateSource, ScannedPart } from './migrate-source.js';
import type { MigrateTarget, TargetPlace } from './migrate-target.js';
import { readSource } from './read-source.js';
import type { SkipReason } from './skip-reason.js';
import { type VerifiedCounts, type VerifiedPlace, VerifyTally } from './verify-counts.js';
import { verifyOneKey } from './verify-key.js';
import {
  decodeShown,
  encodeShown,
  NumberedPlaces,
  type VerifyShown,
  verifyIdentity,
  verifyKey,
  verifySide,
} from './verify-record.js';

/** How {@link verifyMigration} works. */
export interface VerifyOptions
  extends Pick<
    MigrateOptions,
    'mapping' | 'settleMs' | 'batchSize' | 'rps' | 'timeoutMs' | 'retries' | 'signal' | 'clock' | 'sha256'
  > {
  readonly source: MigrateSource;
  readonly target: MigrateTarget;
  /**
   * Where it keeps what it saw. Where that is the state of a migration, keys that it skipped count as skipped; without
   * one they are missing or different.
   */
  readonly state: OrderedStore;
  /** Called after each batch. Must not throw. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** How far a verification is. */
export interface VerifyProgress {
  readonly phase: 'reading source' | 'reading target' | 'comparing' | 'looking again';
  /** Entries or keys dealt with in this phase. */
  readonly keys: number;
}

/** What a verification found. */
export interface VerifyResult {
  readonly total: VerifiedCounts & Pick<VerifiedPlace, 'digests'>;
  readonly places: readonly VerifiedPlace[];
  /** Keys in the places of the target that the source does not have. */
  readonly extra: number;
  /** Whether `source = copied + held + skipped`: nothing is missing, nothing different. */
  readonly addsUp: boolean;
  readonly elapsedMs: number;
}

/**
 * Reads source and target anew, wholly, and compares every key of the source with what the target holds for it. What
 * differs is read once more, from both sides, after the settle time. Writes nothing to either.
 */
export function verifyMigration(options: VerifyOptions): Promise<VerifyResult> {
  return new Verification(options).run();
}

/** What both sides showed of one key. */
interface Shown {
  readonly name: Uint8Array;
  readonly source: VerifyShown[];
  readonly target: Uint8Array[];
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #settings: MigrateSettings;
  readonly #sha256: Sha256;
  readonly #mapper: KeyMapper;
  readonly #pacer: RatePacer;
  readonly #places = new NumberedPlaces();
  readonly #tally = new VerifyTally();
  #extra = 0;

  constructor(options: VerifyOptions) {
    const { onProgress: _, source: __, state: ___, target: ____, ...given } = options;
    this.#options = options;
    this.#settings = migrateSettings(given);
    this.#sha256 = this.#settings.sha256 ?? webCryptoSha256;
    this.#mapper = new KeyMapper(this.#settings.mapping);
    this.#pacer = new RatePacer(this.#settings.rps, this.#settings.clock);
  }

  async run(): Promise<VerifyResult> {
    const { source, state, target } = this.#options;
    const { clock, settleMs, signal } = this.#settings;
    const beganMs = clock.nowMs();
    await this.#clear();
    await this.#readParts('reading source', source.parts, (entry, part) => this.#fromSource(entry, part));
    const targets = this.#places.all.flatMap((place) => this.#mapper.targetsOf(place));
    const parts = await target.partsOf(targets);
    await this.#readParts('reading target', parts, (entry, part) =>
      fromTarget(entry, part, parts[part]!.cache),
    );
    if (await this.#compareAll()) {
      await clock.sleep(settleMs, signal);
      await this.#lookAgain();
    }
    await dropRange(state, rangeOfSpace(spaces.verified));
    await dropRange(state, rangeOfSpace(spaces.candidate));
    const { total } = this.#tally;
    return {
      total,
      places: this.#tally.places,
      extra: this.#extra,
      addsUp: total.source === total.copied + total.held + total.skipped,
      elapsedMs: clock.nowMs() - beganMs,
    };
  }

  /** What an earlier verification left that did not come to its end. */
  async #clear(): Promise<void> {
    await dropRange(this.#options.state, rangeOfSpace(spaces.verified));
    await dropRange(this.#options.state, rangeOfSpace(spaces.candidate));
  }

  async #readParts(
    phase: VerifyProgress['phase'],
    parts: readonly ScannedPart[],
    recordOf: (entry: LocatedEntry, part: number) => { readonly name: Uint8Array; readonly place: number },
  ): Promise<void> {
    let keys = 0;
    for (const [part, scanned] of parts.entries()) {
      for await (const { entries } of resumableScan(scanned, this.#settings)) {
        this.#settings.signal.throwIfAborted();
        const writes = entries.map(async (entry): Promise<OrderedWrite> => {
          const { name, place } = recordOf(entry, part);
          return [name, encodeShown({ digest: await this.#sha256(entry.entry.value), place })];
        });
        await this.#options.state.write(await Promise.all(writes));
        keys += entries.length;
        this.#options.onProgress?.({ phase, keys });
        await this.#pacer.take(entries.length, this.#settings.signal);
      }
    }
  }

  #fromSource(entry: LocatedEntry, part: number): { readonly name: Uint8Array; readonly place: number } {
    const place = this.#places.numberOf(entry);
    return { name: verifyKey(this.#targetOf(entry), entry, { side: 'source', part }), place };
  }

  /** Where the target shows a key; undefined where the mapping skips it. */
  #targetOf(located: LocatedKey): TargetPlace | undefined {
    const { target } = this.#mapper.map(located);
    return target === undefined ? undefined : this.#options.target.shownAs(target);
  }

  /** Counts what agrees, keeps what does not for a second look. Answers whether there is any. */
  async #compareAll(): Promise<boolean> {
    let candidates = 0;
    let keys = 0;
    let writes: OrderedWrite[] = [];
    for await (const shown of this.#shown()) {
      this.#settings.signal.throwIfAborted();
      this.#options.onProgress?.({ phase: 'comparing', keys: ++keys });
      if (await this.#compare(shown)) continue;
      candidates++;
      const name = shown.name.slice();
      name[0] = spaces.candidate;
      writes.push([name, encodeShown(shown.source[0]!)]);
      if (writes.length < this.#settings.batchSize) continue;
      await this.#options.state.write(writes);
      writes = [];
    }
    if (writes.length > 0) await this.#options.state.write(writes);
    return candidates > 0;
  }

  async *#shown(): AsyncGenerator<Shown> {
    let last: Shown | undefined;
    for await (const entries of this.#options.state.range(...rangeOfSpace(spaces.verified))) {
      for (const [key, value] of entries) {
        const name = verifyIdentity(key);
        if (last === undefined || !equalBytes(last.name, name)) {
          if (last !== undefined) yield last;
          last = { name: name.slice(), source: [], target: [] };
        }
        const shown = decodeShown(value);
        if (verifySide(key) === 'source') last.source.push(shown);
        else last.target.push(shown.digest);
      }
    }
    if (last !== undefined) yield last;
  }

  /** Answers whether nothing is left to be looked at. */
  async #compare({ name, source, target }: Shown): Promise<boolean> {
    const [first] = source;
    if (first === undefined) {
      this.#extra++;
      return true;
    }
    const located = { ...this.#places.at(first.place), key: parseLocated(name, 1).key };
    if (this.#targetOf(located) === undefined) {
      this.#tally.count(located, { as: 'skipped', reason: 'mapping' });
      return true;
    }
    const reason = await this.#skippedBefore(located);
    if (reason !== undefined) {
      this.#tally.count(located, { as: 'skipped', reason });
      return true;
    }
    const isFirst = (digest: Uint8Array): boolean => equalBytes(digest, first.digest);
    const agreed =
      source.length === this.#options.source.copies &&
      target.length === this.#options.target.copies &&
      source.every(({ digest }) => isFirst(digest)) &&
      target.every(isFirst);
    if (!agreed) return this.#isHeldByListings(located, source);
    const digest = await entryDigest(located, first.digest, this.#sha256);
    this.#tally.digest(located, digest, digest);
    this.#tally.count(located, { as: 'copied' });
    return true;
  }

  /** Where a source does not compare beyond a NUL byte, listings that differ are believed more than a second look. */
  #isHeldByListings(located: LocatedKey, [first, second]: readonly VerifyShown[]): boolean {
    if (this.#options.source.comparesBeyondNul !== false || second === undefined) return false;
    if (equalBytes(first!.digest, second.digest)) return false;
    this.#tally.count(located, { as: 'held' });
    return true;
  }

  /** Why the migration whose state this is skipped the key; undefined where it did not. */
  async #skippedBefore(located: LocatedKey): Promise<SkipReason | undefined> {
    const bytes = await this.#options.state.get(locatedBytes(located, [spaces.record]));
    if (bytes === undefined) return undefined;
    const { outcome, reason } = decodeKeyRecord(bytes);
    return outcome === 'skipped' ? reason : undefined;
  }

  async #lookAgain(): Promise<void> {
    let batch: LocatedKey[] = [];
    let keys = 0;
    const look = async (): Promise<void> => {
      await this.#lookAt(batch);
      keys += batch.length;
      this.#options.onProgress?.({ phase: 'looking again', keys });
      await this.#pacer.take(batch.length, this.#settings.signal);
      batch = [];
    };
    for await (const entries of this.#options.state.range(...rangeOfSpace(spaces.candidate))) {
      for (const [name, value] of entries) {
        const place = this.#places.at(decodeShown(value).place);
        batch.push({ ...place, key: parseLocated(name, 1).key });
        // Values of any size: only a few at a time.
        if (batch.length >= Math.min(16, this.#settings.batchSize)) await look();
      }
    }
    if (batch.length > 0) await look();
  }

  async #lookAt(batch: readonly LocatedKey[]): Promise<void> {
    const { source, target } = this.#options;
    const call: CallOptions = { signal: this.#settings.signal, timeoutMs: this.#settings.timeoutMs };
    const reads = await readSource(source, batch, this.#settings);
    const found = await Promise.all(
      batch.map((located, at) =>
        verifyOneKey(located, reads[at]!, {
          source,
          target,
          mapped: this.#mapper.map(located),
          sha256: this.#sha256,
          settings: this.#settings,
          call,
        }),
      ),
    );
    for (const [at, result] of found.entries()) {
      const located = batch[at]!;
      if (result === undefined) continue;
      this.#tally.count(located, { as: result.as });
      if (result.digests !== undefined) this.#tally.digest(located, ...result.digests);
    }
  }
}

function fromTarget(
  { entry: _, ...located }: LocatedEntry,
  part: number,
  cache: string | undefined,
): { readonly name: Uint8Array; readonly place: number } {
  const place = { ...located, ...(cache === undefined ? {} : { cache }) };
  return { name: verifyKey(place, located, { side: 'target', part }), place: 0 };
}
