import { HUSTDB_LIMITS } from '@kvtwin/hustdb-protocol';
import {
  type EntryVersion,
  StoreError,
  type StoreErrorCode,
  type WriteOptions,
} from '@kvtwin/versioned-value';

/** What a store's message names. */
export interface WriteContext {
  readonly store: string;
  readonly operation: string;
}

/**
 * A lifespan as HustDB's `ttl`: whole seconds, rounded up. Refuses a maximum idle time, which HustDB does not have, and
 * lifespans above its maximum, which it would silently take for "never".
 */
export function ttlSecondsOf(options: WriteOptions | undefined, context: WriteContext): number | undefined {
  if (options?.maxIdleMs !== undefined) {
    throw refused('STORE_UNSUPPORTED', 'HustDB has no maximum idle time', context);
  }
  const lifespanMs = options?.lifespanMs;
  if (lifespanMs === undefined) return undefined;
  if (!(Number.isFinite(lifespanMs) && lifespanMs > 0)) {
    throw refused(
      'STORE_INVALID_ARGUMENT',
      `lifespanMs is ${lifespanMs}; give milliseconds greater than 0`,
      context,
    );
  }
  const seconds = Math.ceil(lifespanMs / 1000);
  if (seconds <= HUSTDB_LIMITS.ttlSeconds) return seconds;
  const why = `a lifespan of ${seconds} s is above HustDB's ${HUSTDB_LIMITS.ttlSeconds} s, and would never end there`;
  throw refused('STORE_INVALID_ARGUMENT', why, context);
}

/** A token as HustDB's `ver`. 0 and an undefined version would make the write unconditional and are refused. */
export function verOf(version: EntryVersion, context: WriteContext): number {
  const ver = /^\d{1,20}$/.test(version.token) ? Number(version.token) : 0;
  if (version.scheme === 'counter' && ver >= 1 && ver <= HUSTDB_LIMITS.version) return ver;
  const shown = `${version.scheme} ${JSON.stringify(version.token)}`;
  throw refused(
    'STORE_INVALID_ARGUMENT',
    `${shown} is no version of a HustDB key: a counter from 1 is`,
    context,
  );
}

/** `ver` and `is_dup` of a write that replays another one. */
export function replayOf(
  version: EntryVersion | undefined,
  context: WriteContext,
): { readonly ver?: number; readonly isDup?: true } {
  return version === undefined ? {} : { ver: verOf(version, context), isDup: true };
}

function refused(code: StoreErrorCode, why: string, { store, operation }: WriteContext): StoreError {
  return new StoreError(`${operation} on ${store}: ${why}`, { code, store, operation });
}
