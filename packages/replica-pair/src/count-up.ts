import {
  type EntryVersion,
  type StoreCapabilities,
  sameVersion,
  type WriteResult,
} from '@kvtwin/versioned-value';

/** Writes by which a version is counted up: each is a compare-and-set, so nobody's write is lost among them. */
const MAX_COUNTED_STEPS = 256;
/** Bytes that those writes may take together. */
const MAX_COUNTED_BYTES = 16 * 1024 * 1024;

/** An entry of one side whose value is to be written again, until it has the other side's version. */
export interface CountedEntry {
  readonly capabilities: Pick<StoreCapabilities, 'sameValueKeepsVersion' | 'replay'>;
  readonly valueBytes: number;
  /** The version that is there now; undefined where there is none, or it cannot be told. */
  look(): Promise<EntryVersion | undefined>;
  /** Writes the value under compare-and-set. */
  writeIf(version: EntryVersion): Promise<WriteResult>;
  /** Writes the value with this version, whatever is there. */
  replay(version: EntryVersion): Promise<WriteResult>;
}

/**
 * Counts an entry up from one version to a later one. What is too far apart, or keeps its version when it is written again (a
 * score), takes the version in one write that is not guarded: it looks directly before it.
 */
export async function countUp(
  entry: CountedEntry,
  from: EntryVersion,
  to: EntryVersion,
): Promise<WriteResult> {
  const behind = Number(to.token) - Number(from.token);
  const { capabilities, valueBytes } = entry;
  const tooFar = behind > MAX_COUNTED_STEPS || behind * valueBytes > MAX_COUNTED_BYTES;
  if (tooFar || capabilities.sameValueKeepsVersion === true) return leap(entry, from, to);
  let result: WriteResult = { outcome: 'applied', version: from };
  // A node that encodes versions wrongly may count past the other one, or not come nearer: no more steps than it is behind.
  for (let step = 0; step < behind && result.outcome === 'applied' && isBehind(result.version, to); step++) {
    result = await entry.writeIf(result.version!);
  }
  return result;
}

/** Whether a version is known and below another one. */
export function isBehind(version: EntryVersion | undefined, to: EntryVersion): boolean {
  return version !== undefined && Number(version.token) < Number(to.token);
}

async function leap(entry: CountedEntry, from: EntryVersion, to: EntryVersion): Promise<WriteResult> {
  if (entry.capabilities.replay !== true) return { outcome: 'applied', version: from };
  const now = await entry.look();
  if (now === undefined || !sameVersion(now, from)) {
    return { outcome: 'mismatch', ...(now === undefined ? {} : { version: now }) };
  }
  return entry.replay(to);
}
