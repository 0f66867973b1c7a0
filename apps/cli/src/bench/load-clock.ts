/** Time for {@link runLoad}. */
export interface LoadClock {
  /** Milliseconds with fractions; never goes back. */
  nowMs(): number;
  /** Resolves at that time, or when the signal fires. Never rejects. */
  until(atMs: number, signal: AbortSignal): Promise<void>;
}

/** Timers of the machine are late by up to so long: what is due sooner is waited for without one. */
const timerSlackMs = 2;

/** The machine's time, to the microsecond: the last two milliseconds before an operation are waited for awake. */
export const machineLoadClock: LoadClock = {
  nowMs: () => performance.now(),
  until: (atMs, signal) =>
    new Promise((resolve) => {
      const wait = (): void => {
        const leftMs = atMs - performance.now();
        if (leftMs <= 0 || signal.aborted) {
          signal.removeEventListener('abort', finish);
          resolve();
        } else if (leftMs > timerSlackMs) timer = setTimeout(wait, leftMs - timerSlackMs);
        else setImmediate(wait);
      };
      let timer: NodeJS.Timeout | undefined;
      const finish = (): void => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', finish, { once: true });
      wait();
    }),
};
