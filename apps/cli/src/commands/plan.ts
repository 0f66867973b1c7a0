import { createHash } from 'node:crypto';
import { makePlan, parsePlanRule, planFormat } from '@kvtwin/reconcile';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import type { Two } from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { action, type CliContext } from '../cli-context.js';
import { CliError } from '../cli-error.js';
import { ExitCode } from '../exit-code.js';
import { formatCount } from '../format-size.js';
import { openDiffJob } from '../jobs/diff-job-description.js';
import { openJobStores } from '../jobs/open-job-stores.js';
import { type PlanCounts, writePlan } from '../jobs/plan-file-io.js';
import { reportLines } from '../jobs/report-lines.js';
import { writeJson, writeLine } from '../output.js';

interface PlanFlags {
  readonly rule: string[];
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const help = `
A rule is CLASS[/PREFIX]=ACTION; the first one that fits a key decides. CLASS is a class of kvtwin diff, * stands for
any letters. PREFIX is the beginning of the keys. ACTION:
  copy              the only copy there is goes to the other side
  delete            the only copy there is goes away
  first, second     that side's value, or the name of a side
  newest:$.path     the side whose JSON has the later number or time there; oldest:$.path the earlier
  skip              leave it

Nothing is written but the plan. It is a file of one line a key, to be read and edited: take may be changed to first,
second, removal or skip.

Examples:
  kvtwin plan d1 --rule 'only-*=copy' --rule 'value-conflict=newest:$.updated'
  kvtwin plan d1 --rule 'only-*/tmp:=delete' --rule '*=lon' --output plan.ndjson

Exit codes: 0 done · 1 a rule or the job is wrong · 3 some keys are undecided · 4 a side is unreachable`;

export function registerPlan(program: Command, context: CliContext): void {
  program
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
    .addHelpText('after', help)
    .action(action(context, (id: string, flags: PlanFlags) => plan(context, id, flags)));
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
  const { selector, sides, timeoutMs } = job.description;
  const rules = flags.rule.map((rule) => parsePlanRule(rule, [...sides.names]));
  if ((await job.readStatus())?.state !== 'done') {
    throw new CliError(`job ${id} is not done`, { hint: `kvtwin job resume ${id}` });
  }
  const file = flags.output ?? `p-${id}.ndjson`;
  const opened = await openJobStores(job);
  try {
    const [first, second] = opened.stores;
    const pair = new ReplicaPairStore({ first, second, policy: opened.policy, timeoutMs });
    const rows = makePlan(pair, reportLines(job.reportFile), rules, {
      signal: io.signal,
      timeoutMs,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    });
    const header = {
      format: planFormat,
      names: [...sides.names] as Two<string>,
      store: selector,
      job: id,
      rules: flags.rule,
      createdAt: new Date().toISOString(),
    } as const;
    const counts = await writePlan(file, header, rows, flags.force === true);
    if (flags.json) await writeJson(io.stdout, { plan: file, job: id, ...counts });
    else {
      await writeLine(io.stdout, `  ${describe(counts, sides.names)}     plan ${file}`);
      await writeLine(io.stderr, `next: kvtwin apply ${file}`);
    }
    return counts.skip === 0 ? ExitCode.ok : ExitCode.partial;
  } finally {
    await opened.close();
  }
}

function describe(
  { first, second, removal, skip }: PlanCounts,
  names: Two<string> | readonly [string, string],
): string {
  const parts = [
    [first, `take ${names[0]}`],
    [second, `take ${names[1]}`],
    [removal, 'remove'],
    [skip, 'undecided'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return told.length === 0 ? 'nothing to do' : told.join('    ');
}
