import { diffClasses, diffClassOf } from '@kvtwin/reconcile';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import { systemClock } from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { beginsWith } from '../command-line/begins-with.js';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { matchingNames } from '../command-line/matching-names.js';
import { jobConflicts, jobOfConflicts } from '../conflicts/job-conflicts.js';
import { defaultConflictLogs, loggedConflicts } from '../conflicts/logged-conflicts.js';
import type { ConflictClass, OpenConflict } from '../conflicts/open-conflict.js';
import type { DiffJobFolder } from '../jobs/diff-job-description.js';
import { openJobStores } from '../jobs/open-job-stores.js';
import { parseDurationMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { cutToColumns } from '../output/display-width.js';
import { formatDuration } from '../output/format-duration.js';
import { formatCount } from '../output/format-size.js';
import { escapeControls, formatKey, keyToJson } from '../output/key-text.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';

interface ConflictsFlags {
  readonly log?: string[];
  readonly prefix?: string;
  readonly class?: string;
  readonly olderThan?: number;
  readonly newerThan?: number;
  readonly check: boolean;
  readonly limit: number;
  readonly json?: boolean;
  readonly ndjson?: boolean;
}

const help = `
Where they come from: the report of a diff job (the last one that is done, or the one that is named), and what proxies
wrote into their journals (those of this machine that are kept in the default place, or --log). Keys of a job are read
again on both sides, and those that agree by now are left out; --no-check lists them as they were reported. A proxy's
log does not say where its sides are, so its conflicts are listed as they were written down; the last one of each key.

Examples:
  kvtwin conflicts
  kvtwin conflicts d1 --class value-conflict,only-* --prefix user: --json
  kvtwin conflicts --log /var/lib/kvtwin/journal --older-than 1h

Exit codes: 0 there are none · 2 there are some · 4 a side is unreachable · 5 credentials`;

export function registerConflicts(program: Command, context: CliContext): void {
  program
    .command('conflicts')
    .summary('list keys that somebody has to look at')
    .description('Lists open conflicts: of a diff job, and of the logs of proxies.')
    .argument('[job]', 'a diff job that is done (kvtwin job ls)')
    .option('--log <directory>', "a proxy's --journal directory; may be given several times", collect)
    .option('--prefix <text>', 'only keys that begin so')
    .option('--class <classes>', 'only these classes, separated by commas; * stands for any letters')
    .option('--older-than <duration>', 'only those found at least so long ago', parseDurationMs)
    .option('--newer-than <duration>', 'only those found since', parseDurationMs)
    .option('--no-check', 'do not read the keys of a job again')
    .option('--limit <count>', 'at most so many', parseCount, 1000)
    .option('--json', 'one JSON object a line')
    .option('--ndjson', 'the same as --json')
    .addHelpText('after', help)
    .action(
      action(context, (job: string | undefined, flags: ConflictsFlags) => conflicts(context, job, flags)),
    );
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function conflicts(
  context: CliContext,
  id: string | undefined,
  flags: ConflictsFlags,
): Promise<ExitCode> {
  const { io } = context;
  const job = flags.log !== undefined && id === undefined ? undefined : await jobOfConflicts(io.env, id);
  const logs = flags.log ?? (id === undefined ? await defaultConflictLogs(io.env) : []);
  if (job === undefined && logs.length === 0) {
    throw new CliError('nobody has looked for conflicts yet', {
      hint: 'kvtwin diff finds them; --log names the journal of a proxy',
    });
  }
  const wanted = filterOf(flags, systemClock.nowMs());
  const found: OpenConflict[] = [];
  let more = 0;
  for await (const conflict of everything(context, job, logs, flags)) {
    if (!wanted(conflict)) continue;
    if (found.length < flags.limit) found.push(conflict);
    else more++;
  }
  if (found.length === 0 && !flags.json && !flags.ndjson) {
    await writeLine(io.stderr, `no open conflicts: looked at ${await lookedAt(job, logs)}`);
  } else await print(context, found, flags);
  if (more > 0) await writeLine(io.stderr, `${formatCount(more)} more; --limit shows them`);
  const first = found.find(({ from }) => from.startsWith('job '));
  if (first !== undefined && job !== undefined) await writeLine(io.stderr, `next: kvtwin resolve ${job.id}`);
  return found.length === 0 ? ExitCode.ok : ExitCode.differences;
}

/** That nothing was found says little without when it was looked for. */
async function lookedAt(job: DiffJobFolder | undefined, logs: readonly string[]): Promise<string> {
  const doneAt = (await job?.readStatus())?.updatedAt;
  const age = doneAt === undefined ? '' : `, done ${formatDuration(Date.now() - Date.parse(doneAt))} ago`;
  return [
    ...(job === undefined ? [] : [`job ${job.id}${age}`]),
    ...(logs.length === 0 ? [] : [`${logs.length} ${logs.length === 1 ? 'journal' : 'journals'} of proxies`]),
  ].join(', and ');
}

async function* everything(
  { io }: CliContext,
  job: DiffJobFolder | undefined,
  logs: readonly string[],
  flags: ConflictsFlags,
): AsyncGenerator<OpenConflict> {
  if (job !== undefined) yield* flags.check ? stillOpen(job, io.signal) : jobConflicts(job);
  // Of a key that came up again only the last time counts.
  const last = new Map<string, OpenConflict>();
  for (const directory of logs) {
    for await (const conflict of loggedConflicts(directory, flags.log === undefined)) {
      const { type, table = '' } = { table: undefined, ...conflict.store };
      const name = JSON.stringify([conflict.from, type, table, formatKey(conflict.key)]);
      last.delete(name);
      last.set(name, conflict);
    }
  }
  yield* last.values();
}

const batchSize = 256;

/** Reads the keys of a job again, and keeps those on which the sides differ still, as what they are now. */
async function* stillOpen(job: DiffJobFolder, signal: AbortSignal): AsyncGenerator<OpenConflict> {
  const opened = await openJobStores(job);
  try {
    const [first, second] = opened.stores;
    const call = { signal, timeoutMs: job.description.timeoutMs };
    await opened.ping(call);
    const pair = new ReplicaPairStore({
      first,
      second,
      policy: opened.policy,
      timeoutMs: job.description.timeoutMs,
    });
    for await (const batch of batches(jobConflicts(job))) {
      const reads = await pair.readMany(
        batch.map(({ key }) => key),
        call,
      );
      for (const [at, conflict] of batch.entries()) {
        const name = diffClassOf(reads[at]!);
        if (name !== 'agreed' && name !== 'expiry-skew') yield { ...conflict, class: name };
      }
    }
  } finally {
    await opened.close();
  }
}

async function* batches(conflicts: AsyncIterable<OpenConflict>): AsyncGenerator<OpenConflict[]> {
  let batch: OpenConflict[] = [];
  for await (const conflict of conflicts) {
    batch.push(conflict);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function filterOf(flags: ConflictsFlags, nowMs: number): (conflict: OpenConflict) => boolean {
  const prefix = new TextEncoder().encode(flags.prefix ?? '');
  const classes = flags.class === undefined ? undefined : matchingNames(flags.class, conflictClasses);
  const latestMs = flags.olderThan === undefined ? Number.POSITIVE_INFINITY : nowMs - flags.olderThan;
  const earliestMs = flags.newerThan === undefined ? Number.NEGATIVE_INFINITY : nowMs - flags.newerThan;
  return ({ key, class: name, atMs }) =>
    beginsWith(key, prefix) && (classes?.has(name) ?? true) && atMs <= latestMs && atMs >= earliestMs;
}

const conflictClasses: readonly ConflictClass[] = [...diffClasses, 'rejected'];

async function print(
  { io }: CliContext,
  found: readonly OpenConflict[],
  flags: ConflictsFlags,
): Promise<void> {
  if (flags.json || flags.ndjson) {
    for (const { key, class: name, store, atMs, from, why } of found) {
      const at = new Date(atMs).toISOString();
      await writeJson(io.stdout, {
        ...keyToJson(key),
        class: name,
        store,
        at,
        from,
        ...(why === undefined ? {} : { why }),
      });
    }
    return;
  }
  const colors = colorsFor(io.stdout, io.env);
  const nowMs = systemClock.nowMs();
  const rows = found.map(({ key, class: name, store, atMs, from, why }) => [
    cutToColumns(formatKey(key), 40),
    name === 'value-conflict' || name === 'diverged' ? colors.red(name) : colors.yellow(name),
    'table' in store && store.table !== undefined
      ? `${store.type} ${escapeControls(store.table)}`
      : store.type,
    formatDuration(Math.max(0, nowMs - atMs)),
    escapeControls(why === undefined ? from : `${from}  ${why}`),
  ]);
  const titles = ['key', 'class', 'in', 'age', 'found by'].map((title) => colors.dim(title));
  await writeLine(io.stdout, plainTable([titles, ...rows], ['left', 'left', 'left', 'right', 'left']));
}
