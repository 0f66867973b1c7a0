import type { Clock } from '@kvtwin/versioned-value';
import { ProxyError } from '../proxy-error.js';

/** How writes that reached one side only are kept and brought along. */
export interface RepairOptions {
  /**
   * Directory of the repair journal and the conflict log: such a write is on disk before its caller gets 200 and `Sync`, and
   * is brought along also after the proxy was killed. One proxy to a directory. Without it both are kept in memory, and the
   * end of the process loses them; a diff finds what is missing. `false`: nothing is kept and nothing brought along.
   */
  readonly journal?: string | false;
  /**
   * Writes that wait for repair at once. Default 100 000, which take some 50 MB of memory. A write that would be one more is
   * not acknowledged: 404, extended 503.
   */
  readonly maxOpenRepairs?: number;
  /** Bytes of the repair journal on disk. Default 1 GiB; a write that would not fit is not acknowledged. */
  readonly maxJournalBytes?: number;
  /** Bytes of the conflict log, from which on its oldest entries are given up. Default 64 MiB: some 200 000 conflicts. */
  readonly maxConflictBytes?: number;
  /**
   * After a failed attempt a side is left alone for so long, doubled each time up to `maxRepairDelayMs`, in ms. Default 250:
   * a side that comes back is served soon, one that is down costs little.
   */
  readonly repairDelayMs?: number;
  /** Default 5000. */
  readonly maxRepairDelayMs?: number;
  /**
   * What looks like a conflict is looked at three times, so far apart, before it goes to the conflict log, in ms. Default
   * 1000: another proxy's repair, or an update on its way between the sides, is done by then.
   */
  readonly conflictCheckMs?: number;
  /**
   * How long after a strict `hincrby` the second side gets the sum, in ms. Default 2000: HustDB HA takes 20 s and more, callers
   * are used to it, and increments that come in between are copied at once.
   */
  readonly sumCopyDelayMs?: number;
  /** Default: the machine's. */
  readonly repairClock?: Clock;
}

export type ResolvedRepairOptions = Required<Omit<RepairOptions, 'journal' | 'repairClock'>>;

/** Fills in the defaults and refuses what is out of range with `PROXY_INVALID_OPTIONS`. */
export function resolveRepairOptions(options: RepairOptions): ResolvedRepairOptions {
  const resolved: ResolvedRepairOptions = {
    maxOpenRepairs: options.maxOpenRepairs ?? 100_000,
    maxJournalBytes: options.maxJournalBytes ?? 1024 * 1024 * 1024,
    maxConflictBytes: options.maxConflictBytes ?? 64 * 1024 * 1024,
    repairDelayMs: options.repairDelayMs ?? 250,
    maxRepairDelayMs: options.maxRepairDelayMs ?? 5000,
    conflictCheckMs: options.conflictCheckMs ?? 1000,
    sumCopyDelayMs: options.sumCopyDelayMs ?? 2000,
  };
  inRange('maxOpenRepairs', resolved.maxOpenRepairs, 1, 10_000_000);
  inRange('maxJournalBytes', resolved.maxJournalBytes, 1024, Number.MAX_SAFE_INTEGER);
  inRange('maxConflictBytes', resolved.maxConflictBytes, 1024, Number.MAX_SAFE_INTEGER);
  inRange('repairDelayMs', resolved.repairDelayMs, 1, 3_600_000);
  inRange('maxRepairDelayMs', resolved.maxRepairDelayMs, 1, 3_600_000);
  inRange('conflictCheckMs', resolved.conflictCheckMs, 1, 3_600_000);
  inRange('sumCopyDelayMs', resolved.sumCopyDelayMs, 0, 3_600_000);
  return resolved;
}

function inRange(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ProxyError(
    'PROXY_INVALID_OPTIONS',
    `${name} must be an integer from ${min} to ${max}, not ${value}`,
  );
}
