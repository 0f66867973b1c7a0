import { open } from 'node:fs/promises';
import { compareBytes } from '@kvtwin/bytes';
import { type DiffClass, parsePlanHeader, planFormat } from '@kvtwin/reconcile';
import type { StoreSelector } from '@kvtwin/versioned-value';
import { beginsWith } from '../command-line/begins-with.js';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import { type DiffJobFolder, openDiffJob } from '../jobs/diff-job-description.js';
import { listJobs } from '../jobs/job-folder.js';
import { planRows } from '../jobs/plan-file-io.js';
import { reportLines } from '../jobs/report-lines.js';
import type { Sides } from '../sides/resolve-sides.js';
import type { QueuedKey } from './resolve-item.js';

/** Nobody decides about more by hand: rules do, in a plan. */
export const maxQueuedKeys = 10_000;

/** Which keys of a job or a plan are meant. */
export interface QueueFilter {
  readonly prefix?: Uint8Array;
  /** By default the classes that a person can set right by hand. */
  readonly classes?: ReadonlySet<DiffClass>;
}

/** The keys of a job's report or of a plan, and the sides that they are of. */
export interface ResolveQueue {
  /** What it was made of, for people: `job d1`. */
  readonly from: string;
  /** The diff job that they come from. */
  readonly diff: string;
  readonly keys: readonly QueuedKey[];
  /** There are more than {@link maxQueuedKeys}. */
  readonly cut: boolean;
  readonly sides: Extract<Sides, { kind: 'two' }>;
  readonly selector: StoreSelector;
  readonly timeoutMs: number;
}

/** What a resolve can set right: the versions of two counters and expirations are left to a plan. */
const resolvable: ReadonlySet<DiffClass> = new Set<DiffClass>([
  'value-conflict',
  'diverged',
  'only-first',
  'only-second',
]);

/** What an argument names: the id of a job that is there, the file of a plan, else a key. */
export async function kindOfTarget(text: string, env: CliIo['env']): Promise<'job' | 'plan' | 'key'> {
  if ((await listJobs(env)).some(({ id }) => id === text)) return 'job';
  return (await isPlanFile(text)) ? 'plan' : 'key';
}

async function isPlanFile(path: string): Promise<boolean> {
  try {
    await using handle = await open(path);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead).includes(`"${planFormat}"`);
  } catch {
    return false;
  }
}

/** The differences that a diff job reports, in its order. */
export async function queueOfJob(env: CliIo['env'], id: string, filter: QueueFilter): Promise<ResolveQueue> {
  const job = await openDiffJob(env, id);
  if ((await job.readStatus())?.state !== 'done') {
    throw new CliError(`job ${id} is not done`, { hint: `kvtwin job resume ${id}` });
  }
  return queueOf(job, `job ${id}`, reportLines(job.reportFile), filter);
}

/** The rows of a plan that no rule decided. */
export async function queueOfPlan(
  env: CliIo['env'],
  file: string,
  filter: QueueFilter,
): Promise<ResolveQueue> {
  const header = parsePlanHeader(await firstLineOf(file));
  if (header.job === undefined) {
    throw new CliError('the plan names no job', { hint: 'make it with kvtwin plan JOB' });
  }
  async function* undecided(): AsyncGenerator<QueuedKey & { readonly class: DiffClass }> {
    for await (const { key, class: name, take, why } of planRows(file)) {
      if (take === 'undecided') yield { key, class: name, why };
    }
  }
  return queueOf(await openDiffJob(env, header.job), `plan ${file}`, undecided(), filter);
}

async function queueOf(
  job: DiffJobFolder,
  from: string,
  found: AsyncIterable<QueuedKey & { readonly class: DiffClass }>,
  { prefix, classes = resolvable }: QueueFilter,
): Promise<ResolveQueue> {
  const keys: QueuedKey[] = [];
  let cut = false;
  for await (const queued of found) {
    if (!classes.has(queued.class)) continue;
    if (prefix !== undefined && !beginsWith(queued.key, prefix)) continue;
    if (keys.length === maxQueuedKeys) {
      cut = true;
      break;
    }
    keys.push(queued);
  }
  keys.sort((a, b) => compareBytes(a.key, b.key));
  const { selector, sides, timeoutMs } = job.description;
  return { from, diff: job.id, keys, cut, sides, selector, timeoutMs };
}

async function firstLineOf(file: string): Promise<string> {
  await using handle = await open(file);
  for await (const line of handle.readLines()) return line;
  throw new CliError(`${file} is empty; it is no plan`);
}
