import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Core, pin } from './pin.js';

/** How a part of the benchmark is started. */
export interface BenchProcessOptions {
  /** Arguments of Node. */
  readonly execArgv?: readonly string[];
  /** Where it runs; without it wherever the system puts it. */
  readonly core?: Core;
}

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
  static async start(
    name: string,
    args: readonly string[] = [],
    { execArgv = [], core }: BenchProcessOptions = {},
  ): Promise<BenchProcess> {
    const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const child = fork(script, args, { execArgv: [...execArgv] });
    if (core !== undefined) pin(child.pid!, core);
    return new BenchProcess(child, await answerOf(child));
  }

  /** Sends an order; resolves with the answer. */
  async ask<Answer>(order: object | string): Promise<Answer> {
    this.#child.send(order);
    return (await answerOf(this.#child)) as Answer;
  }

  /** Microseconds of CPU that the process has used so far. */
  cpuMicros(): Promise<number> {
    return this.ask<number>('cpu');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
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
