import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A part of the benchmark that runs in a process of its own, so that its CPU time is nobody else's. */
export class BenchProcess {
  readonly #child: ChildProcess;
  /** What it said when it was ready. */
  readonly ready: unknown;

  private constructor(child: ChildProcess, ready: unknown) {
    this.#child = child;
    this.ready = ready;
  }

  /** `name`: one of the bundles beside this one, without `.js`. Resolves when the process says that it is ready. */
  static async start(name: string, args: readonly string[] = []): Promise<BenchProcess> {
    const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), args);
    return new BenchProcess(child, await answerOf(child));
  }

  /** Microseconds of CPU that the process has used so far. */
  async cpuMicros(): Promise<number> {
    this.#child.send('cpu');
    return (await answerOf(this.#child)) as number;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** The next message; rejects where the process ends instead. */
function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: unknown): void => {
      child.off('exit', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new Error(`${child.spawnargs.slice(1).join(' ')} ended with code ${code} before it answered`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** Called in the process itself: tells that it is ready, and from then on what CPU time it has used, until the parent leaves. */
export function answerParent(ready: unknown): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.(ready);
}
