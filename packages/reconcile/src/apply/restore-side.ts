import { carriedExpiration, type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  expiryInstantMs,
  StoreError,
  type VersionedStore,
  type VersionedValue,
  type WriteResult,
} from '@kvtwin/versioned-value';
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
export interface RestoreOptions extends CallOptions {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly allowUnguarded?: boolean;
  readonly sha256?: Sha256;
}

/**
 * Puts back what a side held before a write, only if it still holds what was written. An expiration comes back as the
 * same instant, to the store's unit. Rejects only when the signal fires.
 */
export async function restoreSide(
  store: VersionedStore,
  key: Uint8Array,
  { before, beforeSha256, afterSha256 }: IntendedWrite,
  options: RestoreOptions,
): Promise<RestoreOutcome> {
  const call: CallOptions = { signal: options.signal, timeoutMs: options.timeoutMs };
  try {
    const held = await store.get(key, call);
    const hash = held === undefined ? null : await sha256Hex(held.value, options.sha256);
    if (hash === beforeSha256) return 'as-before';
    if (hash !== afterSha256) return 'changed-since';
    const unguarded = store.capabilities.compareAndSet === 'none';
    if (unguarded && options.allowUnguarded !== true) return 'unguarded';
    const image = before === null ? undefined : entryOfImage(before);
    if (image === undefined || (expiryInstantMs(image) ?? Number.POSITIVE_INFINITY) <= options.nowMs) {
      return held === undefined
        ? 'removed'
        : settled(await remove(store, key, held, unguarded, call), 'removed');
    }
    const { told, options: expiration } = carriedExpiration(
      image as VersionedValue,
      store.capabilities,
      options.nowMs,
    );
    const written = await write(store, key, image.value, held, unguarded, { ...expiration, ...call });
    const complete = told === 'carried' || told === 'unlimited';
    return settled(written, complete ? 'restored' : 'restored-without-expiration');
  } catch (error) {
    if (options.signal?.aborted || !StoreError.is(error)) throw error;
    return 'failed';
  }
}

function remove(
  store: VersionedStore,
  key: Uint8Array,
  held: VersionedValue,
  unguarded: boolean,
  call: CallOptions,
): Promise<WriteResult> {
  return unguarded ? store.remove(key, call) : store.removeIfVersion(key, held.version, call);
}

function write(
  store: VersionedStore,
  key: Uint8Array,
  value: Uint8Array,
  held: VersionedValue | undefined,
  unguarded: boolean,
  options: Parameters<VersionedStore['put']>[2],
): Promise<WriteResult> {
  if (unguarded || (held === undefined && store.capabilities.putIfAbsent === 'none')) {
    return store.put(key, value, options);
  }
  return held === undefined
    ? store.putIfAbsent(key, value, options)
    : store.replaceIfVersion(key, value, held.version, options);
}

function settled({ outcome }: WriteResult, done: RestoreOutcome): RestoreOutcome {
  return outcome === 'applied' ? done : 'changed-since';
}
