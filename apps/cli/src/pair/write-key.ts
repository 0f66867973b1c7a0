import type {
  EntryVersion,
  PairWrite,
  PairWriteOptions,
  SideWrite,
  StoreSelector,
  Two,
  VersionedStore,
  WriteResult,
} from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import { parseVersion } from '../output/version-text.js';
import type { OpenSides } from '../sides/open-sides.js';

/** Which sides a write goes to. */
export type WriteSide = 'first' | 'second' | 'both';

/** A put, or a removal where `value` is absent. */
export interface KeyWrite {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
  readonly side: WriteSide;
  /** As given: one version, or two with a comma between them. */
  readonly ifVersion?: string;
  readonly lifespanMs?: number;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** Writes one side, or the first and then the second. */
export async function writeKey(
  sides: OpenSides,
  selector: StoreSelector,
  write: KeyWrite,
): Promise<PairWrite> {
  const { key, value, side, signal, timeoutMs, lifespanMs } = write;
  const options: PairWriteOptions = {
    signal,
    timeoutMs,
    ...(lifespanMs === undefined ? {} : { lifespanMs }),
  };
  if (side !== 'both') return writeOneSide(sides, selector, write, options);
  const guarded = { ...options, ...guardOfBoth(sides, write.ifVersion) };
  const store = await sides.source.open(selector);
  return value === undefined ? store.remove(key, guarded) : store.put(key, value, guarded);
}

function guardOfBoth(sides: OpenSides, text: string | undefined): PairWriteOptions {
  if (text === undefined) return {};
  const parts = text.split(',');
  if (parts.length === 2) {
    return {
      ifVersions: [parseVersion(parts[0]!, sides.schemes[0]), parseVersion(parts[1]!, sides.schemes[1])],
    };
  }
  if (parts.length !== 1 || sides.policy !== 'counter') {
    throw new CliError('--if-version needs the version of each side', {
      hint: '--if-version FIRST,SECOND as kvtwin get shows them, or one version with --side',
    });
  }
  return { ifVersion: parseVersion(text, sides.schemes[0]) };
}

async function writeOneSide(
  sides: OpenSides,
  selector: StoreSelector,
  write: KeyWrite,
  options: PairWriteOptions,
): Promise<PairWrite> {
  if (sides.families === undefined) {
    throw new CliError(`--side ${write.side} needs the two sides as such`, {
      hint: 'a front writes both; name the sides by --first and --second',
    });
  }
  const at = write.side === 'first' ? 0 : 1;
  const version =
    write.ifVersion === undefined ? undefined : parseVersion(write.ifVersion, sides.schemes[at]);
  const store = await sides.families[at].open(selector);
  const done = toSideWrite(await writeStore(store, write, version, options));
  const other: SideWrite = { state: 'not-sent' };
  const both: Two<SideWrite> = at === 0 ? [done, other] : [other, done];
  return { sides: both };
}

function writeStore(
  store: VersionedStore,
  { key, value }: KeyWrite,
  version: EntryVersion | undefined,
  options: PairWriteOptions,
): Promise<WriteResult> {
  if (value === undefined) {
    return version === undefined ? store.remove(key, options) : store.removeIfVersion(key, version, options);
  }
  return version === undefined
    ? store.put(key, value, options)
    : store.replaceIfVersion(key, value, version, options);
}

function toSideWrite({ outcome, version }: WriteResult): SideWrite {
  const known = version === undefined ? {} : { version };
  return outcome === 'applied'
    ? { state: 'applied', ...known }
    : { state: 'rejected', reason: outcome, ...known };
}
