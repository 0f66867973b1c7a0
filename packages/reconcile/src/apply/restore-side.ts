import { equalBytes } from '@kvtwin/bytes';
import { carriedExpiration, type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  type Clock,
  type EntryVersion,
  expiryInstantMs,
  StoreError,
  sameVersion,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
  type WriteResult,
} from '@kvtwin/versioned-value';
import { expiryText, sameExpiryText } from '../plan/plan-row.js';
import type { IntendedWrite } from './apply-record.js';
import { entryOfImage } from './before-image.js';

/**
 * How a side was put back:
 * - `restored`: it holds again what it held; `restored-without-expiration`: where the store did not tell when the entry
 *   goes away, or cannot take it, so that it now stays.
 * - `removed`: it held nothing, or what it held would have expired by now.
 * - `as-before`: it held that already: the write never happened, or was undone before.
 * - `changed-since`: somebody has written it since; left alone.
 * - `unguarded`: the store has no compare-and-set; left alone.
 * - `failed`: the store did not answer, or refused.
 */
export type RestoreOutcome =
  | 'restored'
  | 'restored-without-expiration'
  | 'removed'
  | 'as-before'
  | 'changed-since'
  | 'unguarded'
  | 'failed';

/** How {@link restoreSide} works. */
export interface RestoreOptions extends Pick<CallOptions, 'timeoutMs'> {
  readonly clock: Clock;
  /** The version under which the write that is undone stands, where it is known: no other one is written over. */
  readonly version: EntryVersion | undefined;
  readonly allowUnguarded?: boolean;
  readonly sha256?: Sha256;
}

/** How it went; `error` of a `failed` one. */
export interface Restored {
  readonly outcome: RestoreOutcome;
  readonly error?: StoreError;
}

/** Rounding and the way there make half a second and a little; what is further off is another clock. */
const correctFromMs = 900;

type Image = ReturnType<typeof entryOfImage>;

/**
 * Puts back what a side held before a write, only if it still holds what was written, under the version that the write
 * left where that is known. An expiration comes back as the same instant of the store's clock, to the nearest of its
 * units; it is read back, since that clock need not be ours. Never rejects because the store failed.
 */
export async function restoreSide(
  store: VersionedStore,
  key: Uint8Array,
  write: IntendedWrite,
  options: RestoreOptions,
): Promise<Restored> {
  try {
    return { outcome: await new Restoration(store, key, options).run(write) };
  } catch (error) {
    if (!StoreError.is(error)) throw error;
    return { outcome: 'failed', error };
  }
}

class Restoration {
  readonly #store: VersionedStore;
  readonly #key: Uint8Array;
  readonly #options: RestoreOptions;
  readonly #call: CallOptions;

  constructor(store: VersionedStore, key: Uint8Array, options: RestoreOptions) {
    this.#store = store;
    this.#key = key;
    this.#options = options;
    this.#call = { timeoutMs: options.timeoutMs };
  }

  async run({ before, beforeSha256, afterSha256 }: IntendedWrite): Promise<RestoreOutcome> {
    const { sha256, clock, allowUnguarded, version } = this.#options;
    const held = await this.#store.get(this.#key, this.#call);
    const hash = held === undefined ? null : await sha256Hex(held.value, sha256);
    const image = before === null ? undefined : entryOfImage(before);
    // A write of the value that was there already changed its expiration alone.
    const isBefore = hash === beforeSha256 && (hash !== afterSha256 || sameExpiry(held, image));
    if (isBefore) return 'as-before';
    if (hash !== afterSha256) return 'changed-since';
    if (held !== undefined && version !== undefined && !sameVersion(held.version, version))
      return 'changed-since';
    const { compareAndSet, putIfAbsent } = this.#store.capabilities;
    const unguarded = (held === undefined ? putIfAbsent : compareAndSet) === 'none';
    if (unguarded && allowUnguarded !== true) return 'unguarded';
    if (image === undefined || endsMs(image) <= clock.nowMs()) {
      return held === undefined ? 'removed' : settled(await this.#remove(held, unguarded), 'removed');
    }
    return this.#write(image, held, unguarded);
  }

  async #write(image: Image, held: VersionedValue | undefined, unguarded: boolean): Promise<RestoreOutcome> {
    const { capabilities } = this.#store;
    const { clock } = this.#options;
    const sentMs = clock.nowMs();
    const { told, options } = carriedExpiration(image, capabilities, sentMs, 'nearest');
    const written = await this.#put(image.value, held, unguarded, options);
    const complete = told === 'carried' || told === 'unlimited';
    const done = complete ? 'restored' : 'restored-without-expiration';
    if (written.outcome === 'applied' && told === 'carried' && capabilities.readsExpiration && !unguarded) {
      await this.#correct(image, options, sentMs);
    }
    return settled(written, done);
  }

  /** The lifespan was counted on our clock. Where the store's is another, it ends too early or too late: once more. */
  async #correct(image: Image, options: WriteOptions, sentMs: number): Promise<void> {
    const now = await this.#store.get(this.#key, this.#call).catch(() => undefined);
    if (now?.createdAtMs === undefined || !equalBytes(now.value, image.value)) return;
    const offMs = endsMs(now) - endsMs(image);
    if (!Number.isFinite(offMs) || Math.abs(offMs) <= correctFromMs) return;
    const theirClockMs = this.#options.clock.nowMs() + now.createdAtMs - sentMs;
    const { expirationUnitMs } = this.#store.capabilities;
    const lifespanMs = Math.round((endsMs(image) - theirClockMs) / expirationUnitMs) * expirationUnitMs;
    if (lifespanMs <= 0) return;
    const write = { ...options, lifespanMs, ...this.#call };
    await this.#store.replaceIfVersion(this.#key, image.value, now.version, write).catch(() => undefined);
  }

  #remove(held: VersionedValue, unguarded: boolean): Promise<WriteResult> {
    return unguarded
      ? this.#store.remove(this.#key, this.#call)
      : this.#store.removeIfVersion(this.#key, held.version, this.#call);
  }

  #put(
    value: Uint8Array,
    held: VersionedValue | undefined,
    unguarded: boolean,
    expiration: WriteOptions,
  ): Promise<WriteResult> {
    const options = { ...expiration, ...this.#call };
    if (unguarded) return this.#store.put(this.#key, value, options);
    return held === undefined
      ? this.#store.putIfAbsent(this.#key, value, options)
      : this.#store.replaceIfVersion(this.#key, value, held.version, options);
  }
}

function endsMs(entry: Pick<VersionedValue, 'expiration' | 'createdAtMs'>): number {
  return expiryInstantMs(entry) ?? Number.POSITIVE_INFINITY;
}

function sameExpiry(held: VersionedValue | undefined, image: Image | undefined): boolean {
  if (held === undefined || image === undefined) return held === image;
  const entry = { ...image, version: held.version };
  return sameExpiryText(
    expiryText({ state: 'present', entry: held }),
    expiryText({ state: 'present', entry }),
  );
}

function settled({ outcome }: WriteResult, done: RestoreOutcome): RestoreOutcome {
  return outcome === 'applied' ? done : 'changed-since';
}
