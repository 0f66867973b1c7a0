import { type Profiler, Session } from 'node:inspector/promises';

/** Where the time of a process went. */
export interface SelfTime {
  /** Function, and its file where it is not ours. */
  readonly where: string;
  /** Of the time in JavaScript and what it calls, 0 to 1. */
  readonly share: number;
}

const SAMPLE_MICROS = 200;
const SHOWN = 14;
/** Waiting and reading of sockets: a session cannot tell them apart, and names them after its own frame. */
const OUTSIDE = new Set(['(idle)', '(program)', 'dispatch']);

/** Profiles this process while `work` runs; the functions with the most time of their own first. */
export async function selfTimes(work: () => Promise<unknown>): Promise<SelfTime[]> {
  const stop = await startProfile();
  await work();
  return stop();
}

/** Begins to profile this process; the result ends it. */
export async function startProfile(): Promise<() => Promise<SelfTime[]>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return summed(profile);
  };
}

function summed({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const micros = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, at) => {
    const name = names.get(id)!;
    const took = timeDeltas[at] ?? 0;
    if (OUTSIDE.has(name)) return;
    busy += took;
    micros.set(name, (micros.get(name) ?? 0) + took);
  });
  return [...micros]
    .map(([where, took]) => ({ where, share: took / busy }))
    .sort((a, b) => b.share - a.share)
    .slice(0, SHOWN);
}

function nameOf({ functionName, url }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = url.startsWith('node:') ? url : (url.split('/').at(-1) ?? url);
  return /^chunk-|^serve-/.test(file) ? name : `${name}, ${file}`;
}
