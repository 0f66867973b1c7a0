import {
  type RepairRequest,
  type RepairResult,
  type ReplicaPairStore,
  type Sha256,
  sha256Hex,
} from '@kvtwin/replica-pair';
import { type SideRead, sameVersion, type Two } from '@kvtwin/versioned-value';
import { isFinal } from './apply-history.js';
import {
  formatApplyRecord,
  type IntendedWrite,
  type IntentRecord,
  type OutcomeRecord,
  parseApplyRecord,
  type WriteEnd,
} from './apply-record.js';
import { endsOf, hashesOf, intendedWrites, isOpen } from './intended-writes.js';
import type { RecordLog } from './record-log.js';

/** What {@link repairRecorded} works with. */
export interface RecordedRepair {
  readonly pair: Pick<ReplicaPairStore, 'repair'>;
  /** Of one who decides key by key: rows are numbered by the caller, each number once. */
  readonly log: Pick<RecordLog, 'append'>;
  readonly row: number;
  readonly key: Uint8Array;
  readonly request: Omit<RepairRequest, 'beforeWrite'>;
  /** The row that wrote the same key before, where that is not undone: an undo goes back to before that one. */
  readonly earlier?: RecordedWrite | undefined;
  readonly sha256?: Sha256 | undefined;
}

/** A row that was written, as {@link repairRecorded} answers it. */
export interface RecordedWrite {
  readonly intent: IntentRecord;
  /** Of each side; `null`: not to be written, or nobody knows. */
  readonly ends: Two<WriteEnd | null>;
}

/**
 * One repair whose intent, with before-images, is kept before the first write, and its outcome after the last, as an apply
 * keeps them: `undoApply` takes it back. `write` is absent where nothing was to be written.
 */
export async function repairRecorded(
  parts: RecordedRepair,
): Promise<{ readonly result: RepairResult; readonly write?: RecordedWrite }> {
  const { earlier, key, log, pair, request, row, sha256 } = parts;
  let intent: IntentRecord | undefined;
  const result = await pair.repair(key, {
    ...request,
    beforeWrite: async (about) => {
      const hashes = await hashesOf(about.before.sides, sha256);
      const own = await intendedWrites(about, await afterOf(request.take, hashes, sha256), sha256);
      const chained = earlier !== undefined && goesOn(earlier, own, about.before.sides);
      intent = {
        record: 'intent',
        row,
        key,
        take: typeof request.take === 'string' ? request.take : 'merge',
        hashes,
        writes: chained ? chainedWrites(earlier.intent.writes, own) : own,
        ...(chained ? { supersedes: earlier.intent.row } : {}),
      };
      await log.append(formatApplyRecord(intent));
    },
  });
  if (intent === undefined) return { result };
  const ends = endsFor(result, intent, earlier);
  const outcome = isFinal(result.outcome) ? result.outcome : 'changed-since';
  const record: OutcomeRecord = { record: 'outcome', row, outcome: ends === undefined ? 'unknown' : outcome };
  await log.append(formatApplyRecord(ends === undefined ? record : { ...record, sides: ends }));
  return { result, write: { intent, ends: ends ?? [null, null] } };
}

/** Undefined where nobody knows what became of a write. */
function endsFor(
  result: RepairResult,
  intent: IntentRecord,
  earlier: RecordedWrite | undefined,
): Two<WriteEnd | null> | undefined {
  const { after, writes } = result;
  const applied = writes.some((write) => write.result.state === 'applied');
  if (writes.some((write) => write.result.state === 'unknown')) return undefined;
  if (applied && (after === undefined || isOpen(result))) return undefined;
  const own = after === undefined ? ([null, null] as const) : endsOf(result, after, intent);
  const end = (at: 0 | 1): WriteEnd | null => {
    if (intent.writes[at] === null) return null;
    if (writes[at].action !== 'none') return writes[at].result.state === 'applied' ? own[at] : unwritten;
    return (intent.supersedes === undefined ? undefined : earlier?.ends[at]) ?? unwritten;
  };
  return [end(0), end(1)];
}

const unwritten: WriteEnd = { wrote: false, version: null };

/** Whether every side that is written now still is as the earlier row left it. */
function goesOn({ intent, ends }: RecordedWrite, own: IntentRecord['writes'], sides: Two<SideRead>): boolean {
  const both = ([0, 1] as const).filter((at) => own[at] !== null && intent.writes[at] !== null);
  return both.length > 0 && both.every((at) => isLeft(sides[at], intent.writes[at]!, ends[at]));
}

function isLeft(side: SideRead, { afterSha256 }: IntendedWrite, end: WriteEnd | null): boolean {
  if (end?.wrote !== true) return false;
  if (side.state === 'absent') return afterSha256 === null;
  return side.state === 'present' && end.version !== null && sameVersion(side.entry.version, end.version);
}

/** As before the earlier row; what only that one wrote is to be put back too. */
function chainedWrites(earlier: IntentRecord['writes'], own: IntentRecord['writes']): IntentRecord['writes'] {
  const chained = (at: 0 | 1): IntendedWrite | null => {
    const [before, now] = [earlier[at], own[at]];
    return before === null || now === null ? (now ?? before) : { ...before, afterSha256: now.afterSha256 };
  };
  return [chained(0), chained(1)];
}

/** Rows whose before-images a later one has taken over, and that one was written: an undo leaves them to it. */
export async function supersededRows(log: Pick<RecordLog, 'read'>): Promise<ReadonlySet<number>> {
  const over = new Map<number, number>();
  const superseded = new Set<number>();
  for await (const { text } of log.read()) {
    const record = parseApplyRecord(text);
    if (record.record === 'intent') {
      if (record.supersedes !== undefined) over.set(record.row, record.supersedes);
      continue;
    }
    const earlier = over.get(record.row);
    const written = record.sides?.every((end) => end === null || end.wrote) === true;
    if (earlier !== undefined && written) superseded.add(earlier);
  }
  return superseded;
}

async function afterOf(
  take: RepairRequest['take'],
  hashes: Two<string | null>,
  sha256: Sha256 | undefined,
): Promise<string | null> {
  if (take === 'removal') return null;
  return typeof take === 'object' ? sha256Hex(take.value, sha256) : hashes[take === 'first' ? 0 : 1];
}
