import type { HaWrite } from '@kvtwin/hustdb-protocol';
import { type SideWrite, StoreError, type StoreErrorCode, type Two } from '@kvtwin/versioned-value';

type ToldSides = NonNullable<HaWrite['sides']>;
type ToldSide = ToldSides[number];

/** Codes of a side that come through as they are; any other refusal is `STORE_REJECTED`. */
const REFUSALS: readonly StoreErrorCode[] = [
  'STORE_WRONG_TYPE',
  'STORE_INVALID_KEY',
  'STORE_INVALID_VALUE',
  'STORE_INVALID_ARGUMENT',
  'STORE_UNSUPPORTED',
  'STORE_AUTH',
  'STORE_NO_SUCH_STORE',
  'STORE_CONTENTION',
];

/** How each side took a write, as the front told it; the version is what it told of that side, or of both. */
export function toldSides(
  write: HaWrite,
  sides: ToldSides,
  context: { readonly store: string; readonly operation: string },
): Two<SideWrite> {
  const applied = sides.some(({ state }) => state === 'applied');
  const of = (at: 0 | 1): SideWrite => {
    const told = sides[at].state === 'applied' || !applied;
    return toldSide(sides[at], told ? versionOf(write, at) : conflictVersion(write, at), context);
  };
  return [of(0), of(1)];
}

/** The version of a 200 is of the sides that took the write, or of what a replay found to be newer; a 404 has none. */
function versionOf(write: HaWrite, at: 0 | 1): string | undefined {
  return write.outcome === 'applied' ? write.version : conflictVersion(write, at);
}

function conflictVersion(write: HaWrite, at: 0 | 1): string | undefined {
  return write.outcome === 'conflict' ? write.versions[at] : undefined;
}

function toldSide(
  { state, reason = 'no reason told' }: ToldSide,
  token: string | undefined,
  context: { readonly store: string; readonly operation: string },
): SideWrite {
  const version =
    token === undefined || token === '' ? {} : { version: { scheme: 'counter', token } as const };
  const error = (code: StoreErrorCode): StoreError =>
    new StoreError(`${context.operation} on ${context.store}: the front says ${state} (${reason})`, {
      ...context,
      code,
      mayHaveBeenApplied: state === 'unknown',
    });
  switch (state) {
    case 'applied':
      return { state, ...version };
    case 'not-sent':
      return { state };
    case 'unknown':
      return { state, error: error(reason === 'STORE_TIMEOUT' ? 'STORE_TIMEOUT' : 'STORE_UNREACHABLE') };
    case 'rejected':
      if (reason === 'mismatch' || reason === 'absent' || reason === 'exists')
        return { state, reason, ...version };
      return {
        state,
        reason: 'error',
        ...version,
        error: error(REFUSALS.find((code) => code === reason) ?? 'STORE_REJECTED'),
      };
  }
}
