import { equalBytes } from '@kvtwin/bytes';
import { webCryptoSha256 } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  StoreError,
  type StoreErrorCode,
  toByteString,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
} from '@kvtwin/versioned-value';
import { forEachAtOnce } from '../apply/row-workers.js';
import { type CopiedExpiration, copiedExpiration } from './copied-expiration.js';
import { KeyMapper, type MappedKey } from './key-mapper.js';
import { isOurs, type KeyRecord } from './key-record.js';
import { heldRow, skippedRow } from './key-row.js';
import type { LocatedKey } from './located-key.js';
import type { MappingRule } from './mapping.js';
import type { KeyChange, MigrateLedger } from './migrate-ledger.js';
import type { MigrateSettings } from './migrate-options.js';
import type { SourceRead } from './migrate-source.js';
import type { MigrateState } from './migrate-state.js';
import type { MigrateTarget, TargetPlace } from './migrate-target.js';
import { retryPassing } from './retry-passing.js';
import type { SkipReason } from './skip-reason.js';
import { type GuardedWrite, removeGuarded, writeGuarded } from './write-guarded.js';

/** A key and what the source holds for it. */
export interface ReadKey {
  readonly located: LocatedKey;
  readonly read: Exclude<SourceRead, { kind: 'unreadable' }>;
}

/** What {@link KeyCopier} works with. */
export interface KeyCopierParts {
  readonly ledger: MigrateLedger;
  readonly target: MigrateTarget;
  readonly settings: MigrateSettings;
  /** The longest lifespan that the target takes. */
  readonly maxLifespanMs?: number | undefined;
}

/** The target will never take these, however often it is asked. */
const refusals: ReadonlySet<StoreErrorCode> = new Set<StoreErrorCode>([
  'STORE_INVALID_KEY',
  'STORE_INVALID_VALUE',
  'STORE_INVALID_ARGUMENT',
  'STORE_UNSUPPORTED',
  'STORE_WRONG_TYPE',
]);

/**
 * A target that answers that it will not do this may mean the one key (a value above its limit, or none of its type), or
 * every key (it is full, it is shutting down): after that many in a row it is the latter.
 */
const mostRejectedInARow = 32;

/** Expiry instants that two scans of one entry tell differ by less. */
const sameExpiryMs = 2000;

/**
 * Brings the target what the source holds for some keys: what is to be written is kept in the ledger before the first
 * write, what became of it after the last, together with the state behind this batch.
 */
export class KeyCopier {
  readonly #parts: KeyCopierParts;
  readonly #mapper: KeyMapper;
  readonly #call: CallOptions;
  #rejectedInARow = 0;

  constructor(parts: KeyCopierParts) {
    this.#parts = parts;
    this.#mapper = new KeyMapper(parts.settings.mapping);
    this.#call = { signal: parts.settings.signal, timeoutMs: parts.settings.timeoutMs };
  }

  /** `next`: the state behind these keys; it is kept together with what became of them. */
  async copy(keys: readonly ReadKey[], next: (state: MigrateState) => MigrateState): Promise<void> {
    const { ledger, settings } = this.#parts;
    const works = await this.#prepare(keys);
    const writes = works.filter((work) => work.write !== undefined);
    if (writes.length > 0 && !settings.dryRun) {
      await ledger.commit(
        writes.map(({ located, record, write }) => ({
          located,
          before: record,
          after: intended(record, write!.digest, ledger.state.round),
        })),
        (state) => state,
      );
    }
    let written = 0;
    let bytes = 0;
    await forEachAtOnce(writes, settings.concurrency, async (work) => {
      settings.signal.throwIfAborted();
      const wrote = await this.#write(work);
      written += wrote ? 1 : 0;
      bytes += wrote ? work.write!.entry.value.length : 0;
    });
    let removed = 0;
    let left = 0;
    for (const work of works) {
      if (work.removal === undefined) continue;
      const gone = await this.#remove(work);
      removed += gone ? 1 : 0;
      left += gone ? 0 : 1;
    }
    const changes = works.flatMap(({ change }) => (change === undefined ? [] : [change]));
    await ledger.commit(changes, (state) => {
      const behind = next(state);
      return {
        ...behind,
        units: behind.units + 1,
        written: behind.written + written + removed,
        bytes: behind.bytes + bytes,
        removed: behind.removed + removed,
        left: behind.left + left,
      };
    });
  }

  /** What is to be done with each key. A key that comes twice counts as it came last. */
  async #prepare(keys: readonly ReadKey[]): Promise<KeyWork[]> {
    const last = new Map<string, ReadKey>();
    for (const each of keys) last.set(nameOf(each.located), each);
    return Promise.all([...last.values()].map((each) => this.#prepareOne(each)));
  }

  async #prepareOne({ located, read }: ReadKey): Promise<KeyWork> {
    const { ledger, settings } = this.#parts;
    const record = await ledger.record(located);
    const work: KeyWork = { located, record, before: record };
    if (read.kind === 'absent') return this.#gone(work);
    const mapped = this.#mapper.map(located);
    if (mapped.target === undefined) return this.#settled(work, { outcome: 'skipped', reason: 'mapping' });
    let entry: VersionedValue | undefined;
    if (read.kind === 'value') entry = read.entry;
    else if (read.why === 'one-sided' && mapped.rule.oneSided === 'copy') entry = presentOf(read);
    if (entry === undefined) {
      const { sides, why } = read as Extract<SourceRead, { kind: 'disagree' }>;
      const row = await heldRow(located, why, sides, settings.sha256);
      return this.#settled(work, { outcome: 'held' }, row);
    }
    const digest = await (settings.sha256 ?? webCryptoSha256)(entry.value);
    return this.#compare(work, { entry, digest, mapped, target: mapped.target });
  }

  /** Nothing to write where the very entry was copied before. */
  #compare(work: KeyWork, write: IntendedCopy): KeyWork {
    const { record } = work;
    const expiration = this.#expirationOf(write, undefined);
    if (expiration.expired) return this.#gone(work);
    if (
      record?.outcome === 'copied' &&
      record.ours.length === 1 &&
      equalBytes(record.ours[0]!, write.digest)
    ) {
      const skewMs = Math.abs((record.expiresAtMs ?? 0) - (expiration.expiresAtMs ?? 0));
      if (skewMs <= sameExpiryMs) {
        const { round } = this.#parts.ledger.state;
        return { ...work, change: this.#change(work, { ...record, round }) };
      }
    }
    return { ...work, write };
  }

  #gone(work: KeyWork): KeyWork {
    if (work.record === undefined) return work;
    const { settings } = this.#parts;
    const mapped = this.#mapper.map(work.located);
    const nothing = work.record.ours.length === 0 || mapped.target === undefined || settings.dryRun;
    const change = this.#change(work, undefined);
    return nothing ? { ...work, change } : { ...work, change, removal: mapped.target };
  }

  /** Answers whether something was written. */
  async #write(work: KeyWork): Promise<boolean> {
    const { settings } = this.#parts;
    const write = work.write!;
    try {
      const { result, expiration } = await retryPassing(settings, async (attempt) => {
        const stores = await this.#parts.target.storesOf(write.target, work.located.key);
        const told = this.#expirationOf(write, stores[0]);
        const guarded = this.#guarded(work, told, stores[0]!, attempt > 0);
        return { result: await writeGuarded(stores, guarded), expiration: told };
      });
      const { outcome, held } = result;
      this.#rejectedInARow = 0;
      if (outcome === 'written' || outcome === 'same') {
        work.change = this.#change(work, this.#copied(write, expiration));
        return outcome === 'written';
      }
      const row = await skippedRow(
        work.located,
        outcome,
        { source: write.entry, target: held },
        settings.sha256,
      );
      this.#skip(work, outcome, row);
    } catch (error) {
      if (!StoreError.is(error) || !this.#isOfThisKey(error)) throw error;
      const told = { source: write.entry, error: `${error.message} (${error.code})` };
      this.#skip(work, 'refused', await skippedRow(work.located, 'refused', told, settings.sha256));
    }
    return false;
  }

  #isOfThisKey({ code }: StoreError): boolean {
    if (code === 'STORE_REJECTED') return ++this.#rejectedInARow < mostRejectedInARow;
    return refusals.has(code);
  }

  #guarded(
    { located, record, write }: KeyWork,
    expiration: CopiedExpiration,
    store: VersionedStore,
    again: boolean,
  ): GuardedWrite {
    const { clock, dryRun, overwrite, sha256 } = this.#parts.settings;
    const { entry } = write!;
    const options: WriteOptions = {
      ...expiration.options,
      // A target that counts versions as the source does goes on from the source's count.
      ...(entry.version.scheme === 'counter' && store.capabilities.conditionalReplay === true
        ? { replayVersion: entry.version }
        : {}),
    };
    return {
      key: located.key,
      value: entry.value,
      options,
      overwrite,
      dryRun,
      lookFirst: again || (record?.ours.length ?? 0) > 0,
      isOurs: async (value) => isOurs(record, await (sha256 ?? webCryptoSha256)(value)),
      nowMs: () => clock.nowMs(),
      call: this.#call,
    };
  }

  async #remove({ located, record, removal }: KeyWork): Promise<boolean> {
    const { settings, target } = this.#parts;
    const { dryRun, sha256 } = settings;
    return retryPassing(settings, async () =>
      removeGuarded(await target.storesOf(removal!, located.key), {
        key: located.key,
        isOurs: async (value) => isOurs(record, await (sha256 ?? webCryptoSha256)(value)),
        dryRun,
        call: this.#call,
      }),
    );
  }

  #expirationOf({ entry, mapped }: IntendedCopy, store: VersionedStore | undefined): CopiedExpiration {
    const { maxLifespanMs, settings } = this.#parts;
    const limits = store?.capabilities ?? { lifespan: true, maxIdle: true, expirationUnitMs: 1 };
    return copiedExpiration(entry, mapped.rule, { ...limits, maxLifespanMs }, settings.clock.nowMs());
  }

  #copied({ digest }: IntendedCopy, expiration: CopiedExpiration): KeyRecord {
    return {
      outcome: 'copied',
      round: this.#parts.ledger.state.round,
      unknownExpiration: expiration.unknown,
      mappedLifespan: expiration.mapped,
      expirationCut: expiration.cut,
      expiresAtMs: expiration.expiresAtMs,
      ours: [digest],
    };
  }

  #skip(work: KeyWork, reason: SkipReason, row: string): void {
    work.change = this.#settled(work, { outcome: 'skipped', reason }, row).change;
  }

  #settled(work: KeyWork, ended: Pick<KeyRecord, 'outcome' | 'reason'>, row?: string): KeyWork {
    const ours = work.before?.ours ?? [];
    const after: KeyRecord = {
      ...ended,
      round: this.#parts.ledger.state.round,
      unknownExpiration: false,
      mappedLifespan: false,
      expirationCut: false,
      expiresAtMs: undefined,
      ours,
    };
    return { ...work, change: this.#change(work, after, row) };
  }

  /** As against the record that the ledger has by then. */
  #change({ before, located }: KeyWork, after: KeyRecord | undefined, row?: string): KeyChange {
    return { located, before, after, row };
  }
}

/** What is to be copied. */
interface IntendedCopy {
  readonly entry: VersionedValue;
  readonly digest: Uint8Array;
  readonly mapped: MappedKey & { readonly rule: MappingRule };
  readonly target: TargetPlace;
}

interface KeyWork {
  readonly located: LocatedKey;
  /** What is known of the key, the intended write included. */
  record: KeyRecord | undefined;
  readonly before: KeyRecord | undefined;
  readonly write?: IntendedCopy;
  readonly removal?: TargetPlace;
  change?: KeyChange;
}

/** The record of a key whose next value is about to be written. */
function intended(record: KeyRecord | undefined, digest: Uint8Array, round: number): KeyRecord {
  if (record === undefined) {
    return {
      outcome: 'open',
      round,
      unknownExpiration: false,
      mappedLifespan: false,
      expirationCut: false,
      expiresAtMs: undefined,
      ours: [digest],
    };
  }
  return isOurs(record, digest) && record.ours.length > 1
    ? record
    : { ...record, round, ours: [...record.ours, digest] };
}

function presentOf({ sides }: Extract<SourceRead, { kind: 'disagree' }>): VersionedValue | undefined {
  const present = sides.find((side) => side.state === 'present');
  return present?.state === 'present' ? present.entry : undefined;
}

function nameOf({ type, table, key }: LocatedKey): string {
  return `${type}/${table ?? ''}/${toByteString(key)}`;
}
