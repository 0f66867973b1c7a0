import type { Clock, PairRead } from '@kvtwin/versioned-value';
import { StoreError } from '@kvtwin/versioned-value';
import { isDifference } from './is-difference.js';
import { sameObservation } from './same-observation.js';

/**
 * Updates of a pair reach the second side some time after the first. 600 ms is three times the 200 ms that a healthy
 * double write takes at most.
 */
const defaultSettleMs = 600;
const defaultReads = 3;
/** A key that is written all the time may never show the same difference often enough. */
const defaultMaxReadsFactor = 4;

/** How a difference is confirmed. */
export interface ConfirmOptions {
  /** The window that the reads are spread over, in milliseconds, greater than 0. Default 600. */
  readonly settleMs?: number;
  /** How many reads must show the same difference, one after the other, the first included. Default 3, at least 2. */
  readonly reads?: number;
  /** All reads together, before a key that keeps changing is given up. Default four times `reads`. */
  readonly maxReads?: number;
  readonly signal?: AbortSignal;
  /** Per side and read. */
  readonly timeoutMs?: number;
}

/**
 * How the confirmation ended:
 * - `agreed`: the first read showed no difference.
 * - `settled`: it differed at first and agreed on a later read: an update in flight.
 * - `confirmed`: every one of `needed` reads over the window showed the same two states.
 * - `changing`: it differed at the end, but not the same way often enough.
 * - `unreadable`: a side failed twice in a row.
 */
export type ConfirmOutcome = 'agreed' | 'settled' | 'confirmed' | 'changing' | 'unreadable';

/** What {@link ConfirmOptions} led to. */
export interface ConfirmResult {
  readonly outcome: ConfirmOutcome;
  /** The last read. */
  readonly read: PairRead;
  /** How many reads in a row, up to the last, showed what it shows. */
  readonly confirmed: number;
  readonly needed: number;
  /** All reads that were made. */
  readonly reads: number;
  readonly elapsedMs: number;
}

/** Reads until a difference is seen to stay, or goes away. Between reads it sleeps on `clock`. */
export async function confirmDifference(
  readOnce: () => Promise<PairRead>,
  clock: Clock,
  options: ConfirmOptions = {},
): Promise<ConfirmResult> {
  const { settleMs, needed, maxReads } = checked(options);
  const startedMs = clock.nowMs();
  let read = await readOnce();
  let reads = 1;
  let streak = 1;
  const result = (outcome: ConfirmOutcome): ConfirmResult => ({
    outcome,
    read,
    confirmed: streak,
    needed,
    reads,
    elapsedMs: clock.nowMs() - startedMs,
  });
  if (read.kind === 'agreed' || read.kind === 'absent') return result('agreed');
  while (reads < maxReads) {
    await pause(clock, settleMs / (needed - 1), options.signal);
    const previous = read;
    read = await readOnce();
    reads++;
    streak = sameSides(previous, read) ? streak + 1 : 1;
    if (read.kind === 'agreed' || read.kind === 'absent') return result('settled');
    if (read.kind === 'unreadable' && previous.kind === 'unreadable') return result('unreadable');
    if (isDifference(read.kind) && streak >= needed) return result('confirmed');
  }
  return result(read.kind === 'unreadable' ? 'unreadable' : 'changing');
}

function sameSides(a: PairRead, b: PairRead): boolean {
  return sameObservation(a.sides[0], b.sides[0]) && sameObservation(a.sides[1], b.sides[1]);
}

async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (cause) {
    throw new StoreError('the confirmation was aborted', {
      code: 'STORE_ABORTED',
      operation: 'confirm',
      cause,
    });
  }
}

function checked(options: ConfirmOptions): { settleMs: number; needed: number; maxReads: number } {
  const settleMs = options.settleMs ?? defaultSettleMs;
  const needed = options.reads ?? defaultReads;
  const maxReads = options.maxReads ?? needed * defaultMaxReadsFactor;
  if (!(settleMs > 0) || !Number.isSafeInteger(needed) || needed < 2 || !(maxReads >= needed)) {
    throw new StoreError(
      `cannot confirm with settleMs ${settleMs}, reads ${needed}, maxReads ${maxReads}; give settleMs > 0, reads >= 2 and maxReads >= reads`,
      { code: 'STORE_INVALID_ARGUMENT', operation: 'confirm' },
    );
  }
  return { settleMs, needed, maxReads };
}
