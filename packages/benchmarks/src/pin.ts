import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** What is measured runs on one core, what answers it on another, so that neither takes the other's time. */
export type Core = 'client' | 'server';

const CORES: Readonly<Record<Core, string>> = { client: '0', server: '1' };

/** Whether processes can be bound to cores: Linux with `taskset`, and two cores. */
export const canPin: boolean =
  process.platform === 'linux' &&
  availableParallelism() >= 2 &&
  spawnSync('taskset', ['-p', String(process.pid)]).status === 0;

/** Binds all threads of a process to a core, where that can be done. */
export function pin(pid: number, core: Core): void {
  if (canPin) spawnSync('taskset', ['-a', '-p', '-c', CORES[core], String(pid)]);
}
