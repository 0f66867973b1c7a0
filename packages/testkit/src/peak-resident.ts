import { readFileSync } from 'node:fs';

/** Often enough that only the last moments of a process go by unseen. */
const everyMs = 100;

/**
 * Watches how much of the machine's memory a process has at most, by what Linux tells in /proc (`VmHWM`). `stop` answers
 * the bytes; 0 where there is no such file.
 */
export function watchPeakResident(pid: number): { stop(): number } {
  let peak = 0;
  const look = (): void => {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
    } catch {
      // The process has ended, or this is no Linux.
    }
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    stop: () => {
      look();
      clearInterval(timer);
      return peak;
    },
  };
}
