import { createHash } from 'node:crypto';
import {
  makePlan,
  type PlanHeader,
  type PlanProgress,
  parsePlanRule,
  planEffectOf,
  planFormat,
} from '@kvtwin/reconcile';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { type DiffJobFolder, openDiffJob } from '../jobs/diff-job-description.js';
import type { DiffJobDetail } from '../jobs/diff-job-detail.js';
import { openJobStores } from '../jobs/open-job-stores.js';
import { noCounts, type PlanCounts, writePlan, writesOf } from '../jobs/plan-file-io.js';
import { planText } from '../jobs/plan-text.js';
import { reportLines } from '../jobs/report-lines.js';
import { formatCount } from '../output/format-size.js';
import { writeJson, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { addProgressOption, type ProgressFlags, progressModeOf } from '../progress/progress-option.js';
import { withoutCredentials } from '../sides/without-credentials.js';

interface PlanFlags extends ProgressFlags {
  readonly rule: string[];
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const help = `
A rule is CLASS[/PREFIX]=ACTION. The first rule that fits a key's class and prefix decides, and no other is asked.
CLASS is a class of kvtwin diff, * stands for any letters (only-*, *), only-A and only-NAME for a side's.
PREFIX is the beginning of the keys. ACTION:
  copy                the only copy there is goes to the other side, with what is left of its time
  delete              the only copy there is goes away
  A, B                the first or the second side's value; or the name of a side, first, second
  newest:$.path       the side whose JSON has the later number, day or time there; oldest:$.path the earlier
  longest, shortest   the side that goes away later, or earlier (for expiry-skew)
  higher-version      the side with the higher version, where versions are counters
  skip                leave it
A rule that cannot tell (no such member, two equal times) leaves the key undecided; nothing is guessed.

Nothing is written but the plan: a file of one line a key, to be read and edited. take may be changed to a side, removal
or skip, whole lines may be deleted, and a # in front puts one out of work. The same data and rules give the same file.

Examples:
  kvtwin plan d1 --rule 'only-*=copy' --rule 'value-conflict=newest:$.updated'
  kvtwin plan d1 --rule 'only-*/tmp:=delete' --rule '*=lon' --output plan.ndjson

Exit codes: 0 done · 1 a rule or the job is wrong · 3 some keys are undecided · 4 a side is unreachable`;

export function registerPlan(program: Command, context: CliContext): void {
  const command = program
    .command('plan')
    .summary('decide by rules what to do about differences')
    .description(
      'Makes a plan from the differences that a job found, by rules. Reads the data, writes nothing to it.',
    )
    .argument('<job>', 'the job whose differences are meant (kvtwin job ls)')
    .option('--rule <rule>', 'what to do with which differences; may be given several times', collect, [])
    .option('-o, --output <file>', 'where to write the plan (default: p-JOB.ndjson)')
    .option('--force', 'write over an existing plan')
    .option('--json', 'print the counts as one JSON object')
    .option('-q, --quiet', 'no progress, and nothing on stderr')
    .addHelpText('after', help)
    .action(action(context, (id: string, flags: PlanFlags) => plan(context, id, flags)));
  addProgressOption(command);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function plan(context: CliContext, id: string, flags: PlanFlags): Promise<ExitCode> {
  const { io } = context;
  if (flags.rule.length === 0) {
    throw new CliError('a plan needs a rule', { hint: "for instance --rule 'only-*=copy'" });
  }
  const job = await openDiffJob(io.env, id);
  const { sides, timeoutMs } = job.description;
  const rules = flags.rule.map((rule) => parsePlanRule(rule, [...sides.names]));
  const header = await headerOf(job, flags.rule);
  const file = flags.output ?? `p-${id}.ndjson`;
  const opened = await openJobStores(job);
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  const told = new PlanTally();
  try {
    await opened.ping({ signal: io.signal, timeoutMs });
    const [first, second] = opened.stores;
    const pair = new ReplicaPairStore({ first, second, policy: opened.policy, timeoutMs });
    const rows = makePlan(pair, reportLines(job.reportFile), rules, {
      signal: io.signal,
      timeoutMs,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      onProgress: (read) => {
        told.read = read;
        progress.show(() => ({ phase: 'plan', items: read.read, itemName: 'differences' }));
      },
    });
    const onRow: Parameters<typeof writePlan>[3]['onRow'] = (row) => {
      told.counts[planEffectOf(row)]++;
      if (row.take === 'undecided') told.missed(row.why);
    };
    await writePlan(file, header, rows, { overwrite: flags.force === true, onRow });
  } finally {
    progress.clear();
    await opened.close();
  }
  await report(context, { file, id, names: sides.names }, told, flags);
  return told.counts.undecided === 0 ? ExitCode.ok : ExitCode.partial;
}

async function headerOf(job: DiffJobFolder, rules: readonly string[]): Promise<PlanHeader> {
  const { id, selector, sides } = job.description;
  const status = await job.readStatus();
  if (status?.state !== 'done') {
    throw new CliError(`job ${id} is not done`, { hint: `kvtwin job resume ${id}` });
  }
  const { reportSha256 } = status.detail as DiffJobDetail;
  return {
    format: planFormat,
    job: id,
    names: [...sides.names],
    urls: [withoutCredentials(sides.urls[0]), withoutCredentials(sides.urls[1])],
    store: selector,
    ...(reportSha256 === undefined ? {} : { report: reportSha256 }),
    rules,
  };
}

/** Reasons that are told, the most frequent first: enough to see which rule is missing. */
const reasonsTold = 5;

/** What came of a plan. */
class PlanTally {
  readonly counts: PlanCounts = noCounts();
  read: PlanProgress = { read: 0, agreed: 0 };
  readonly #reasons = new Map<string, number>();

  missed(why: string): void {
    this.#reasons.set(why, (this.#reasons.get(why) ?? 0) + 1);
  }

  /** Why keys are undecided, and how many. There are no more reasons than rules times what a rule can lack. */
  get reasons(): readonly (readonly [string, number])[] {
    return [...this.#reasons].sort(([, one], [, other]) => other - one);
  }
}

async function report(
  { io }: CliContext,
  plan: { readonly file: string; readonly id: string; readonly names: readonly [string, string] },
  { counts, read, reasons }: PlanTally,
  flags: PlanFlags,
): Promise<void> {
  if (flags.json) {
    const undecided = Object.fromEntries(reasons);
    await writeJson(io.stdout, {
      plan: plan.file,
      job: plan.id,
      ...counts,
      agreed: read.agreed,
      reasons: undecided,
    });
  } else {
    const only = reasons.length === 1 ? ` (${withoutRule(reasons[0]![0])})` : '';
    await writeLine(io.stdout, `  ${planText(counts, plan.names)}${only}     plan ${plan.file}`);
  }
  if (flags.quiet) return;
  for (const [why, count] of reasons.length === 1 ? [] : reasons.slice(0, reasonsTold)) {
    await writeLine(io.stderr, `  undecided ${formatCount(count)}: ${why}`);
  }
  if (reasons.length > reasonsTold) {
    await writeLine(
      io.stderr,
      `  and ${formatCount(reasons.length - reasonsTold)} other reasons, in the plan's why`,
    );
  }
  if (read.agreed > 0)
    await writeLine(io.stderr, `  ${formatCount(read.agreed)} agree by now and are not in the plan`);
  if (writesOf(counts) > 0) await writeLine(io.stderr, `next: kvtwin apply ${plan.file}`);
}

/** `no rule`, or what the rule lacked. */
function withoutRule(why: string): string {
  return why.slice(why.lastIndexOf(': ') + 1).trim();
}
