import type { Clock } from './clock.js';

/** The machine's clock and timers: the thin shell that applications, clients and servers hand to what takes a Clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  fineMs: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  alarm(ms, ring) {
    const timer: unknown = setTimeout(ring, ms);
    return {
      hold(busy) {
        if (!isHoldable(timer)) return;
        if (busy) timer.ref();
        else timer.unref();
      },
      cancel: () => clearTimeout(timer as number),
    };
  },
};

/** Only Node's timers keep anything alive; a browser's are numbers. */
function isHoldable(timer: unknown): timer is { ref(): void; unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer;
}
