import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyMapping, MigrateJob, mappingSchema, parseMapping } from '@kvtwin/reconcile';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { createJob, openJob } from '../jobs/job-folder.js';
import { LevelOrderedStore } from '../jobs/level-ordered-store.js';
import { mappingText } from '../migrate/mapping-text.js';
import { asMigrateJob, type MigrateJobDescription } from '../migrate/migrate-job-description.js';
import {
  addressForms,
  addressText,
  type CopiesAddress,
  openCopies,
  parseAddresses,
} from '../migrate/open-copies.js';
import { preflight, showPreflight } from '../migrate/preflight.js';
import {
  exitCodeOfMigration,
  progressOfMigration,
  runAndReportMigration,
  writeSummary,
} from '../migrate/report-migrate-job.js';
import { summaryToJson } from '../migrate/run-migrate-job.js';
import { sha256Of } from '../migrate/sha256-of.js';
import { parseDurationMs, parseSettleMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { addPasswordFileOption, type PasswordFileFlags } from '../options/password-file-option.js';
import { formatCount } from '../output/format-size.js';
import { writeJson, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { addProgressOption, type ProgressFlags, progressModeOf } from '../progress/progress-option.js';

interface MigrateFlags extends ProgressFlags, PasswordFileFlags {
  readonly first?: string;
  readonly second?: string;
  readonly mapping?: string;
  readonly check?: boolean;
  readonly schema?: boolean;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly overwrite?: boolean;
  readonly retryHeld?: string;
  readonly rounds: number;
  readonly settle: number;
  readonly batch: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly rps?: number;
  readonly nodeAuthFile?: string;
  readonly json?: boolean;
}

const help = `
SOURCE and TARGET: hotrod://host/cache · hustdb://host · both masters of a pair: hustdb://a,hustdb://b ·
hustdb+ha://front (source only) · a cluster's table file (hustdbtable.json) · a profile.

Nothing in the target is written over: a key is written where the target has nothing, or holds what an earlier round of
this job wrote. Keys whose masters disagree are held (held.ndjson); what the target has already is skipped
(skipped.ndjson). After the first round further ones catch up with what was written meanwhile; kvtwin job resume on a
job that is done does so again.

Examples:
  kvtwin migrate hustdb://10.0.0.1:8085,hustdb://10.0.0.2:8085 hotrod://lon/users --dry-run
  kvtwin migrate hustdb+ha://ha.old:8082 hotrod://lon/users --mapping mapping.json --verify
  kvtwin migrate hustdbtable.json hotrod://lon/users --rps 5000
  kvtwin migrate --mapping mapping.json --check
  kvtwin migrate --retry-held m1

Exit codes: 0 all is copied · 1 usage, mapping · 3 keys are held or skipped, or the counts do not add up · 4 a side is
unreachable · 5 credentials · 130 paused`;

export function registerMigrate(program: Command, context: CliContext): void {
  const command = program
    .command('migrate')
    .summary('copy everything from one store to another')
    .description(
      'Copies kv, hashes, sets and sorted sets from a source to a target, as a job that can be resumed.',
    )
    .argument('[source]', 'where keys come from')
    .argument('[target]', 'where they go')
    .option('--first <url>', 'instead of SOURCE: the first of its two masters')
    .option('--second <url>', 'the second one')
    .option('-m, --mapping <file>', 'what to do with which keys (see --schema)')
    .option('--check', 'check the mapping, copy nothing')
    .option('--schema', 'print the JSON Schema of mapping files')
    .option('-n, --dry-run', 'read both sides, write nothing, tell what would come of it')
    .option('--verify', 'read both sides anew at the end, and write a certificate')
    .option('--overwrite', 'replace other values in the target too, under their version')
    .option('--retry-held <job>', 'take the keys that a job holds, where their masters agree by now')
    .option('--rounds <count>', 'rounds through the source, at most', parseCount, 4)
    .option('--settle <duration>', 'time between rounds, and before keys are held', parseSettleMs, 600)
    .option('--rps <count>', 'keys read from the source in a second, at most', parseCount)
    .option('--batch <count>', 'keys in a unit of work', parseCount, 256)
    .option('--concurrency <count>', 'keys written at once', parseCount, 64)
    .option('--timeout <duration>', 'longest time for one answer', parseDurationMs, 10_000)
    .option(
      '--node-auth-file <file>',
      'the user:password line that nodes of a table file ask for (KVTWIN_NODE_AUTH)',
    )
    .option('--json', 'print the summary as one JSON object')
    .option('-q, --quiet', 'no progress, no hints')
    .addHelpText('after', help)
    .action(
      action(context, (source: string | undefined, target: string | undefined, flags: MigrateFlags) =>
        migrate(context, source, target, flags),
      ),
    );
  addProgressOption(addPasswordFileOption(command));
}

async function migrate(
  context: CliContext,
  source: string | undefined,
  target: string | undefined,
  flags: MigrateFlags,
): Promise<ExitCode> {
  const { io } = context;
  if (flags.schema) {
    await writeLine(io.stdout, JSON.stringify(mappingSchema, null, 2));
    return ExitCode.ok;
  }
  if (flags.retryHeld !== undefined) {
    if (source !== undefined)
      throw new CliError('--retry-held names the job, and that its source and target');
    return runAndReportMigration(
      context,
      asMigrateJob(await openJob(io.env, flags.retryHeld)),
      flags,
      'held',
    );
  }
  const mapping = flags.mapping === undefined ? null : await mappingText(flags.mapping);
  if (flags.check) return check(context, mapping);
  const addresses = await addressesOf(source, target, flags, context);
  if (flags.dryRun) return dryRun(context, addresses, mapping, flags);
  const folder = await createJob<MigrateJobDescription>(io.env, 'm', {
    kind: 'migrate',
    source: addresses[0],
    target: addresses[1],
    mapping,
    ...settingsOf(flags),
    ...(flags.nodeAuthFile === undefined ? {} : { nodeAuthFile: flags.nodeAuthFile }),
  });
  return runAndReportMigration(context, folder, { ...flags, fresh: true });
}

function settingsOf(flags: MigrateFlags) {
  return {
    overwrite: flags.overwrite === true,
    verify: flags.verify === true,
    rounds: flags.rounds,
    settleMs: flags.settle,
    timeoutMs: flags.timeout,
    batchSize: flags.batch,
    concurrency: flags.concurrency,
    ...(flags.rps === undefined ? {} : { rps: flags.rps }),
  };
}

async function check({ io }: CliContext, mapping: string | null): Promise<ExitCode> {
  if (mapping === null) throw new CliError('--check is for a mapping', { hint: 'add --mapping FILE' });
  const { rules } = parseMapping(mapping);
  await writeLine(io.stdout, `the mapping is good: ${formatCount(rules.length)} rules`);
  return ExitCode.ok;
}

async function addressesOf(
  source: string | undefined,
  target: string | undefined,
  { first, second, passwordFile }: MigrateFlags,
  { io }: CliContext,
): Promise<readonly [CopiesAddress, CopiesAddress]> {
  let [from, to] = [source, target];
  if (first !== undefined || second !== undefined) {
    if (first === undefined || second === undefined) {
      throw new CliError('--first and --second go together', { hint: 'a single node is a SOURCE' });
    }
    if (to !== undefined)
      throw new CliError('the source is named twice', { hint: 'leave out --first and --second' });
    [from, to] = [`${first},${second}`, source];
  }
  if (from === undefined || to === undefined) {
    throw new CliError(from === undefined ? 'from where to where?' : 'where to?', {
      hint: `kvtwin migrate SOURCE TARGET, each one of: ${addressForms}`,
    });
  }
  const login = passwordFile === undefined ? {} : { passwordFile };
  return parseAddresses([from, to] as const, io.env, login);
}

/** The whole migration with nothing written; what it finds out lives in a folder that goes away. */
async function dryRun(
  context: CliContext,
  addresses: readonly [CopiesAddress, CopiesAddress],
  mappingFile: string | null,
  flags: MigrateFlags,
): Promise<ExitCode> {
  const { io } = context;
  const mapping = mappingFile === null ? emptyMapping : parseMapping(mappingFile);
  const folder = await mkdtemp(join(tmpdir(), 'kvtwin-dry-run-'));
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  const state = await LevelOrderedStore.open(folder);
  const opened = [];
  try {
    for (const address of addresses) opened.push(await openCopies(address, io.env, flags));
    const [source, target] = opened as [(typeof opened)[0], (typeof opened)[0]];
    const call = { signal: io.signal, timeoutMs: flags.timeout };
    const found = await preflight({ source, target, addresses, mapping, call });
    if (!flags.quiet) await showPreflight(io, found);
    const summary = await new MigrateJob({
      ...settingsOf(flags),
      ...call,
      source: await source.source(call),
      target: target.target(),
      state,
      mapping,
      dryRun: true,
      sha256: sha256Of,
      onProgress: (now) =>
        progress.show(() => progressOfMigration(now, found.keys, addresses[0].kind !== 'replicas')),
    }).run();
    progress.clear();
    if (flags.json) {
      const [from, to] = addresses.map((address) => addressText(address));
      await writeJson(io.stdout, { dryRun: true, source: from, target: to, ...summaryToJson(summary) });
    } else {
      await writeSummary(context, summary);
      await writeLine(io.stdout, '  dry run: nothing was written');
    }
    return exitCodeOfMigration(summary);
  } finally {
    progress.clear();
    await Promise.all(opened.map((copies) => copies.close()));
    await state.close();
    await rm(folder, { recursive: true, force: true });
  }
}
