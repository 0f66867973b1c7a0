import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { SeededRandom } from '@kvtwin/testkit';
import type { ProxyOptions } from '../src/index.js';
import { askAt, type RigAnswer } from './pair-rig.js';

/** A proxy in a process of its own. */
export interface ProxyProcess {
  readonly url: string;
  /** By SIGKILL, as an operating system does that has no memory left. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts one from a bundle of `proxy-program.ts`. */
export async function startProxyProcess(program: string, options: ProxyOptions): Promise<ProxyProcess> {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    [program, JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [chunk] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the proxy did not start'))),
  ]);
  return {
    url: String(chunk).trim(),
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What writers know of their keys: each has its own, so that the order of its writes is known. */
export class KnownKeys {
  /** What was acknowledged last, and what was tried since without an answer. */
  readonly #states = new Map<string, { acknowledged: string | undefined; tried: (string | undefined)[] }>();
  /** Counters: what was acknowledged at least, and what was tried at most. */
  readonly #counters = new Map<string, { acknowledged: number; tried: number }>();
  #count = 0;
  #acknowledged = 0;

  /** Writes that were answered 200. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** One write of a random kind to a key of the writer. Rejects where the proxy went away. */
  async write(url: string, writer: number, random: SeededRandom): Promise<void> {
    const slot = random.integer(0, 3);
    if (slot === 0) {
      const key = `c${writer}`;
      const counter = this.#counters.get(key) ?? { acknowledged: 0, tried: 0 };
      this.#counters.set(key, counter);
      counter.tried++;
      const answer = await ask(url, `/hincrby?tb=counters&key=${key}&val=1`);
      if (answer.status !== 200) return;
      counter.acknowledged++;
      this.#acknowledged++;
      return;
    }
    const key = `k${writer}.${slot}`;
    const state = this.#states.get(key) ?? { acknowledged: undefined, tried: [] };
    this.#states.set(key, state);
    const value = random.integer(0, 5) === 0 ? undefined : `v${++this.#count}`;
    state.tried.push(value);
    const answer =
      value === undefined
        ? await ask(url, `/hdel?tb=t&key=${key}`)
        : await ask(url, `/hset?tb=t&key=${key}`, value);
    if (answer.status !== 200) return;
    this.#acknowledged++;
    state.acknowledged = value;
    state.tried.length = 0;
  }

  /** What is wrong with the two sides: differences, and acknowledged writes that are not there. */
  async problems(sides: readonly [string, string]): Promise<string[]> {
    const problems: string[] = [];
    const read = async (path: string): Promise<(string | undefined)[]> =>
      Promise.all(
        sides.map(async (side) => {
          const answer = await askAt(side, path);
          return answer.status === 200 ? answer.body : undefined;
        }),
      );
    for (const [key, { acknowledged, tried }] of this.#states) {
      const [first, second] = await read(`/hustdb/hget?tb=t&key=${key}`);
      if (first !== second) problems.push(`${key}: ${first} and ${second}`);
      if (first !== acknowledged && !tried.includes(first)) {
        problems.push(
          `${key}: ${first}, but ${acknowledged} was acknowledged, and then tried: ${tried.join()}`,
        );
      }
    }
    for (const [key, { acknowledged, tried }] of this.#counters) {
      const [first, second] = (await read(`/hustdb/hget?tb=counters&key=${key}`)).map((text) =>
        Number(text ?? 0),
      );
      if (first !== second) problems.push(`${key}: ${first} and ${second}`);
      if (first! < acknowledged || first! > tried) {
        problems.push(`${key}: ${first}, acknowledged ${acknowledged}, tried ${tried}`);
      }
    }
    return problems;
  }
}

async function ask(url: string, path: string, body?: string): Promise<RigAnswer> {
  return askAt(url, path, body);
}

/** Writers that write until the proxy goes away. */
export function startWriters(
  url: string,
  known: KnownKeys,
  random: SeededRandom,
  count: number,
): Promise<unknown> {
  const writer = async (number: number): Promise<void> => {
    try {
      for (;;) await known.write(url, number, random);
    } catch {
      // Killed.
    }
  };
  return Promise.all(Array.from({ length: count }, (_, number) => writer(number)));
}
