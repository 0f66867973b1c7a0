import { equalBytes } from '@kvtwin/bytes';
import { HUSTDB_LIMITS } from '@kvtwin/hustdb-protocol';
import {
  type CallOptions,
  type EntryVersion,
  StoreError,
  type StoreErrorCode,
  sameVersion,
  type VersionedStore,
  type VersionedValue,
  type WriteOptions,
  type WriteResult,
} from '@kvtwin/versioned-value';
import type { AddRequest, AddResult } from './side.js';

/** Attempts while others write the same number: among so many callers at once each gets through. */
const MAX_ATTEMPTS = 32;

/** Adds to the number that a store holds: read, add, write under compare-and-set; anew when somebody wrote in between. */
export async function addToStore(
  store: VersionedStore,
  request: AddRequest,
  call: CallOptions,
): Promise<AddResult> {
  const demand: EntryVersion | undefined =
    request.ver === 0 ? undefined : { scheme: 'counter', token: String(request.ver) };
  const options: WriteOptions = {
    ...call,
    ...(request.ttlSeconds === undefined ? {} : { lifespanMs: request.ttlSeconds * 1000 }),
  };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const current = await store.get(request.key, call);
    if (demand !== undefined && !request.isDup) {
      if (current === undefined) return { outcome: 'absent' };
      if (!sameVersion(current.version, demand)) return { outcome: 'mismatch', version: current.version };
    }
    const sum = sumOf(store, current, request.by);
    const bytes = Buffer.from(sum);
    const written = await writeOver(store, request, bytes, current, {
      ...options,
      ...(request.isDup && demand !== undefined ? { replayVersion: demand } : {}),
    });
    if (written.outcome === 'applied') return { ...written, sum };
    if (request.isDup) return written;
  }
  throw refusal(store, 'STORE_CONTENTION', `others wrote the number during each of ${MAX_ATTEMPTS} attempts`);
}

function writeOver(
  store: VersionedStore,
  { key, isDup }: AddRequest,
  bytes: Uint8Array,
  current: VersionedValue | undefined,
  options: WriteOptions,
): Promise<WriteResult> {
  if (isDup) return store.put(key, bytes, options);
  if (current === undefined) return store.putIfAbsent(key, bytes, options);
  const next = store.capabilities.conditionalReplay === true ? versionAfter(current, bytes) : undefined;
  if (next !== undefined) {
    return store.replaceIfVersion(key, bytes, current.version, { ...options, replayVersion: next });
  }
  return store.replaceIfVersion(key, bytes, current.version, options);
}

/** To add 0 counts as a write in HustDB, though the same score set again does not; undefined where the sum is another. */
function versionAfter({ value, version }: VersionedValue, bytes: Uint8Array): EntryVersion | undefined {
  if (version.scheme !== 'counter' || !equalBytes(value, bytes)) return undefined;
  const counter = Number(version.token);
  return { scheme: 'counter', token: String(counter >= HUSTDB_LIMITS.version ? 1 : counter + 1) };
}

function sumOf(store: VersionedStore, current: VersionedValue | undefined, by: bigint): string {
  if (current === undefined) return by.toString();
  const text = Buffer.from(current.value).toString('latin1');
  const before = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (before === undefined || before !== BigInt.asIntN(64, before)) {
    throw refusal(store, 'STORE_REJECTED', 'what is stored is no signed 64-bit integer');
  }
  return BigInt.asIntN(64, before + by).toString();
}

function refusal(store: VersionedStore, code: StoreErrorCode, why: string): StoreError {
  return new StoreError(`add on ${store.name}: ${why}`, { code, store: store.name, operation: 'add' });
}
