import { Gate } from '../scan/gate.js';

/** Units whose keys are being read again at a time: they only wait for their settle window to pass, and hold a few keys. */
const confirmedAtOnce = 1000;
/** While more keys than these wait to be read again, no other unit is begun. */
const openKeysAtOnce = 100_000;

/** What {@link runUnits} does with each unit. */
export interface UnitWork<Found> {
  /** Units scanned at a time; asked anew whenever one is done. */
  readonly scannedAtOnce: () => number;
  /** Scans a unit, and answers what it found. */
  find(unit: number, signal: AbortSignal): Promise<Found>;
  /** How many keys of it are to be read again. */
  openKeys(found: Found): number;
  /** Reads them again, and keeps what came of it. */
  finish(unit: number, found: Found, signal: AbortSignal): Promise<void>;
}

/**
 * Takes units in their order: some are scanned at a time, and while the keys of these are read again, over seconds, the next
 * are scanned. Rejects with the first error, when everything that was under way has ended. `stop` is fired then. Each unit
 * has a signal of its own that fires with `stop`: hundreds of listeners on one are taken for a leak.
 */
export async function runUnits<Found>(
  units: readonly number[],
  work: UnitWork<Found>,
  stop: AbortController,
): Promise<void> {
  const { signal } = stop;
  let openKeys = 0;
  const begun = new Gate(() => (openKeys > openKeysAtOnce ? 1 : confirmedAtOnce));
  const scanned = new Gate(work.scannedAtOnce);
  const running = new Set<Promise<void>>();
  const under = new Set<AbortController>();
  const onStop = (): void => {
    for (const each of under) each.abort(signal.reason);
  };
  signal.addEventListener('abort', onStop, { once: true });
  const one = async (unit: number): Promise<void> => {
    const own = new AbortController();
    under.add(own);
    let open = 0;
    try {
      const found = await work.find(unit, own.signal).finally(() => scanned.leave());
      open = work.openKeys(found);
      openKeys += open;
      await work.finish(unit, found, own.signal);
    } finally {
      openKeys -= open;
      under.delete(own);
      begun.leave();
    }
  };
  try {
    for (const unit of units) {
      await begun.enter(signal);
      await scanned.enter(signal);
      const task: Promise<void> = one(unit)
        .catch((error: unknown) => stop.abort(error))
        .finally(() => running.delete(task));
      running.add(task);
    }
  } catch {
    // The signal fired; its reason is told below, when nothing goes on any more.
  }
  await Promise.all(running);
  signal.removeEventListener('abort', onStop);
  signal.throwIfAborted();
}
