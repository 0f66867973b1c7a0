import { type ReplicaPairStore, type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  type PairRead,
  type SideRead,
  systemClock,
  type Two,
} from '@kvtwin/versioned-value';
import { expiryText, type PlanRow, sameExpiryText } from '../plan/plan-row.js';
import { RatePacer } from '../scan/rate-pacer.js';

/** How {@link previewPlan} works. */
export interface PreviewOptions extends CallOptions {
  readonly pair: ReplicaPairStore;
  readonly rows: AsyncIterable<PlanRow> | Iterable<PlanRow>;
  /** Rows per second, at most. Default: no limit. */
  readonly rps?: number;
  readonly sha256?: Sha256;
  /** Called after each row. Must not throw. */
  readonly onRow?: (row: PlanRow, outcome: keyof PreviewCounts, counts: PreviewCounts) => void;
}

/** Rows by what applying them now would come to. `write`: both sides are as the plan saw them. */
export type PreviewCounts = Readonly<
  Record<'write' | 'nothing-to-do' | 'changed-since' | 'unreadable' | 'skip' | 'undecided', number>
>;

/** Keys per bulk read. */
const batchSize = 256;

/** Reads what applying a plan would read, and tells what it would come to. Nothing is written. */
export async function previewPlan(options: PreviewOptions): Promise<PreviewCounts> {
  const { onRow, pair, rps, signal = new AbortController().signal, timeoutMs } = options;
  const counts = { write: 0, 'nothing-to-do': 0, 'changed-since': 0, unreadable: 0, skip: 0, undecided: 0 };
  const pacer = new RatePacer(rps, systemClock);
  for await (const rows of inBatches(options.rows)) {
    await pacer.take(rows.length, signal);
    const keys = rows.map(({ key }) => key);
    const reads = await pair.readMany(keys, { signal, timeoutMs });
    for (const [at, row] of rows.entries()) {
      const outcome = await foresee(row, reads[at] as PairRead, options.sha256);
      counts[outcome]++;
      onRow?.(row, outcome, { ...counts });
    }
  }
  return counts;
}

async function foresee(
  { take, hashes, expires }: PlanRow,
  read: PairRead,
  sha256: Sha256 | undefined,
): Promise<keyof PreviewCounts> {
  if (take === 'skip' || take === 'undecided') return take;
  if (read.kind === 'unreadable') return 'unreadable';
  const now: Two<string | null> = [await hashOf(read.sides[0], sha256), await hashOf(read.sides[1], sha256)];
  const asPlanned = now.every((hash, at) => hash === hashes[at as 0 | 1]);
  const expiresAsPlanned =
    expires?.every((text, at) => sameExpiryText(text, expiryText(read.sides[at as 0 | 1]))) ?? true;
  if (asPlanned && expiresAsPlanned) return 'write';
  const wanted = take === 'removal' ? null : hashes[take === 'first' ? 0 : 1];
  const isSo = read.kind === 'agreed' || read.kind === 'absent';
  return isSo && now[0] === wanted ? 'nothing-to-do' : 'changed-since';
}

async function hashOf(side: SideRead, sha256: Sha256 | undefined): Promise<string | null> {
  return side.state === 'present' ? sha256Hex(side.entry.value, sha256) : null;
}

async function* inBatches(rows: PreviewOptions['rows']): AsyncGenerator<PlanRow[]> {
  let batch: PlanRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
