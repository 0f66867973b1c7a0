import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  emptyMapping,
  makeCertificate,
  parseCertificate,
  parseMapping,
  verifyMigration,
} from '@kvtwin/reconcile';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { openJob } from '../jobs/job-folder.js';
import { LevelOrderedStore } from '../jobs/level-ordered-store.js';
import { replaceFile } from '../jobs/replace-file.js';
import { certificateExitCode, writeCertificateLines } from '../migrate/certificate-lines.js';
import { mappingText } from '../migrate/mapping-text.js';
import { asMigrateJob } from '../migrate/migrate-job-description.js';
import { addressText, openCopies, parseAddresses } from '../migrate/open-copies.js';
import { preflight, showPreflight } from '../migrate/preflight.js';
import { progressOfVerify, runAndReportMigration } from '../migrate/report-migrate-job.js';
import { certificateSubject } from '../migrate/run-migrate-job.js';
import { sha256Of } from '../migrate/sha256-of.js';
import { parseDurationMs, parseSettleMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { addPasswordFileOption, type PasswordFileFlags } from '../options/password-file-option.js';
import { writeJson, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { addProgressOption, type ProgressFlags, progressModeOf } from '../progress/progress-option.js';

interface VerifyFlags extends ProgressFlags, PasswordFileFlags {
  readonly mapping?: string;
  readonly check?: string;
  readonly output: string;
  readonly force?: boolean;
  readonly settle: number;
  readonly timeout: number;
  readonly rps?: number;
  readonly nodeAuthFile?: string;
  readonly json?: boolean;
}

const help = `
Both sides are read anew, wholly. Every key of the source must be copied (the target holds the same value), held (its
masters disagree) or skipped (the mapping says so, or the migration whose job is named did); nothing may be missing or
different. What differs at first sight is read once more after the settle time.

The certificate is a JSON file: what was compared, counts and digests by table, the tool and the time, and a SHA-256
over all of that. kvtwin verify --check tells whether a certificate is as it was written; so does, without kvtwin:
  jq -cS 'del(.sha256)' certificate.json | tr -d '\\n' | sha256sum

Examples:
  kvtwin verify m1
  kvtwin verify hustdb://a,hustdb://b hotrod://lon/users --mapping mapping.json
  kvtwin verify --check certificate.json

Exit codes: 0 all is there · 1 usage, or a certificate that was changed · 3 something is missing or different · 4 a side
is unreachable · 5 credentials`;

export function registerVerify(program: Command, context: CliContext): void {
  const command = program
    .command('verify')
    .summary('prove that a migration is complete')
    .description('Compares every key of a source with what a target holds for it, and writes a certificate.')
    .argument('[source]', 'a migration (kvtwin job ls), or where keys came from, as for kvtwin migrate')
    .argument('[target]', 'where they went; not with a job')
    .option('-m, --mapping <file>', 'the mapping by which they went; not with a job')
    .option('--check <certificate>', 'tell whether a certificate is as it was written')
    .option('-o, --output <file>', 'where to write the certificate; not with a job', 'certificate.json')
    .option('--force', 'write over an existing one')
    .option('--settle <duration>', 'time before a second look', parseSettleMs, 600)
    .option('--rps <count>', 'keys read in a second, at most', parseCount)
    .option('--timeout <duration>', 'longest time for one answer', parseDurationMs, 10_000)
    .option(
      '--node-auth-file <file>',
      'the user:password line that nodes of a table file ask for (KVTWIN_NODE_AUTH)',
    )
    .option('--json', 'print the certificate')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', help)
    .action(
      action(context, (source: string | undefined, target: string | undefined, flags: VerifyFlags) =>
        verify(context, source, target, flags),
      ),
    );
  addProgressOption(addPasswordFileOption(command));
}

async function verify(
  context: CliContext,
  source: string | undefined,
  target: string | undefined,
  flags: VerifyFlags,
): Promise<ExitCode> {
  if (flags.check !== undefined) return checkCertificate(context, flags.check, flags);
  if (source === undefined) {
    throw new CliError('verify what?', { hint: 'kvtwin verify JOB, or kvtwin verify SOURCE TARGET' });
  }
  if (target !== undefined) return verifyStores(context, source, target, flags);
  if (source.includes('://') || source.endsWith('.json')) {
    throw new CliError('against which target?', { hint: 'kvtwin verify SOURCE TARGET' });
  }
  if (flags.mapping !== undefined)
    throw new CliError('a job has its mapping already', { hint: 'leave out --mapping' });
  return runAndReportMigration(context, asMigrateJob(await openJob(context.io.env, source)), flags, 'verify');
}

async function checkCertificate({ io }: CliContext, file: string, flags: VerifyFlags): Promise<ExitCode> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${file}: ${error.message}`, { cause: error });
  });
  const { certificate, intact } = await parseCertificate(text, sha256Of);
  if (flags.json) await writeJson(io.stdout, { intact, ...certificate });
  else if (intact) await writeCertificateLines(io, certificate, file);
  if (!intact) throw new CliError(`${file} is not as it was written: its SHA-256 does not fit its content`);
  return certificateExitCode(certificate);
}

async function verifyStores(
  context: CliContext,
  from: string,
  to: string,
  flags: VerifyFlags,
): Promise<ExitCode> {
  const { io } = context;
  if (existsSync(flags.output) && !flags.force) {
    throw new CliError(`${flags.output} is there already`, {
      hint: '--force writes over it, --output names another',
    });
  }
  const mappingFile = flags.mapping === undefined ? null : await mappingText(flags.mapping);
  const mapping = mappingFile === null ? emptyMapping : parseMapping(mappingFile);
  const addresses = await parseAddresses([from, to] as const, io.env, flags);
  const folder = await mkdtemp(join(tmpdir(), 'kvtwin-verify-'));
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  const state = await LevelOrderedStore.open(folder);
  const source = await openCopies(addresses[0], io.env, flags);
  const target = await openCopies(addresses[1], io.env, flags);
  try {
    const call = { signal: io.signal, timeoutMs: flags.timeout };
    const found = await preflight({ source, target, addresses, mapping, call });
    if (!flags.quiet) await showPreflight(io, found);
    const result = await verifyMigration({
      ...call,
      source: await source.source(call),
      target: target.target(),
      state,
      mapping,
      settleMs: flags.settle,
      sha256: sha256Of,
      ...(flags.rps === undefined ? {} : { rps: flags.rps }),
      onProgress: (now) => progress.show(() => progressOfVerify(now, found.keys)),
    });
    progress.clear();
    const subject = certificateSubject(addressText(addresses[0]), addressText(addresses[1]), mappingFile);
    const certificate = await makeCertificate(subject, result, sha256Of);
    await replaceFile(flags.output, `${JSON.stringify(certificate, null, 2)}\n`);
    if (flags.json) await writeJson(io.stdout, certificate);
    else await writeCertificateLines(io, certificate, flags.output);
    if (!flags.quiet) await writeLine(io.stderr, `check it: kvtwin verify --check ${flags.output}`);
    return certificateExitCode(certificate);
  } finally {
    progress.clear();
    await Promise.all([source.close(), target.close()]);
    await state.close();
    await rm(folder, { recursive: true, force: true });
  }
}
