import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { type Check, type CheckGroup, fail, note, reasonOf } from '../doctor/check.js';
import { compareSides } from '../doctor/compare-sides.js';
import { examineSide } from '../doctor/examine-side.js';
import { machineChecks } from '../doctor/machine-checks.js';
import { printChecks } from '../doctor/print-checks.js';
import type { SideReport } from '../doctor/side-report.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { writeJson } from '../output/output.js';
import { configFolder, ProfileStore } from '../sides/profile-store.js';
import { resolveSide, type Side } from '../sides/resolve-side.js';
import { resolveSides, sideNamed } from '../sides/resolve-sides.js';

interface DoctorFlags extends SideFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const help = `
Looks at this machine (Node, folders, profiles), at each side (name, port, certificate, login, protocol, cache or node,
encodings, entries) and at what the two are to each other (encodings, versions, segments, clocks), and says what to do
where something is not well. Nothing is written, and every step has a time limit (--timeout).

Examples:
  kvtwin doctor                           the active profile, or only this machine
  kvtwin doctor lon nyc
  kvtwin doctor hotrods://lon.example/users?trust_store_file_name=ca.pem
  kvtwin doctor users --json

Exit codes: 0 nothing failed (there may be things to look at) · 1 something here, in a URL or between the sides is
wrong · 4 a side is unreachable · 5 credentials`;

export function registerDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .summary('look for what is wrong, and say what to do')
    .description('Checks this machine, each side, and whether the two can be compared.')
    .argument('[first]', 'one side or a profile, instead of --first')
    .argument('[second]', 'the other side')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'only what is not well')
    .addHelpText('after', help)
    .action(
      action(context, (first: string | undefined, second: string | undefined, flags: DoctorFlags) =>
        doctor(
          context,
          [first, second].filter((side) => side !== undefined),
          flags,
        ),
      ),
    );
  addSideOptions(command);
}

async function doctor({ io }: CliContext, named: readonly string[], flags: DoctorFlags): Promise<ExitCode> {
  const { timeout = 5000 } = flags;
  const groups: CheckGroup[] = [
    { about: 'this machine', checks: await machineChecks(io.env, process.versions.node) },
  ];
  const { sides, checks } = await findSides(io.env, named, flags);
  if (checks.length > 0) groups.push({ about: 'sides', checks });
  const nowMs = Date.now();
  const reports = await Promise.all(sides.map((side) => examineSide(side, timeout, nowMs)));
  io.signal.throwIfAborted();
  groups.push(...reports.map(groupOf));
  const [one, other] = reports;
  if (one !== undefined && other !== undefined) {
    groups.push({ about: 'both sides', checks: compareSides([one, other]) });
  }
  if (flags.json) await writeJson(io.stdout, toJson(groups, reports));
  else await printChecks(io, groups, flags.quiet === true);
  return exitCodeOf(groups.flatMap(({ checks: all }) => all));
}

function groupOf({ name, url, checks }: SideReport): CheckGroup {
  return { about: url.includes(name) ? url : `${name}  ${url}`, checks };
}

interface FoundSides {
  readonly sides: readonly Side[];
  /** Why there are none. */
  readonly checks: readonly Check[];
}

/** The sides that are meant; a profile that is wrong is a finding, not the end. */
async function findSides(
  env: Parameters<typeof resolveSides>[1],
  named: readonly string[],
  flags: DoctorFlags,
): Promise<FoundSides> {
  if (
    named.length > 0 &&
    [flags.first, flags.second, flags.pair, flags.profile].some((side) => side !== undefined)
  ) {
    throw new CliError('the sides are named twice', {
      hint: 'either kvtwin doctor FIRST SECOND, or --first and --second',
    });
  }
  try {
    const [first, second] = named;
    if (first !== undefined && second !== undefined) return await both({ ...flags, first, second }, env);
    if (first === undefined) return await both(flags, env);
    if (first.includes(':')) return { sides: [await resolveSide(first, env)], checks: [] };
    const profile = sideNamed(first, await new ProfileStore(configFolder(env)).load());
    if (profile.url === undefined) return await both({ ...flags, profile: first }, env);
    return { sides: [await resolveSide(first, env)], checks: [] };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (isNothingNamed(named, flags, error)) {
      return {
        sides: [],
        checks: [note('sides', 'no sides are named: kvtwin doctor FIRST SECOND looks at them')],
      };
    }
    return {
      sides: [],
      checks: [fail('sides', reasonOf(error), error.hint ?? 'kvtwin profile ls', ExitCode.usage)],
    };
  }
}

function isNothingNamed(
  named: readonly string[],
  { first, second, pair, profile }: DoctorFlags,
  error: CliError,
): boolean {
  const isNamed = named.length > 0 || [first, second, pair, profile].some((side) => side !== undefined);
  return !isNamed && error.message === 'which two sides?';
}

async function both(flags: SideFlags, env: Parameters<typeof resolveSides>[1]): Promise<FoundSides> {
  const sides = await resolveSides(flags, env);
  if (sides.kind === 'pair') return { sides: [{ url: sides.url, name: 'the front' }], checks: [] };
  const [first, second] = sides.urls;
  return {
    sides: [
      { url: first, name: sides.names[0] },
      { url: second, name: sides.names[1] },
    ],
    checks: [],
  };
}

/** Credentials before addresses before the rest: the first thing to correct. */
function exitCodeOf(checks: readonly Check[]): ExitCode {
  const codes = checks.flatMap(({ exitCode }) => exitCode ?? []);
  const order = [ExitCode.auth, ExitCode.unreachable, ExitCode.usage];
  return order.find((code) => codes.includes(code)) ?? ExitCode.ok;
}

function toJson(groups: readonly CheckGroup[], reports: readonly SideReport[]): unknown {
  const checks = groups.flatMap(({ about, checks: all }) =>
    all.map(({ name, status, text, advice }) => ({
      about,
      name,
      status,
      text,
      ...(advice === undefined ? {} : { advice }),
    })),
  );
  return {
    ok: checks.every(({ status }) => status !== 'fail'),
    checks,
    sides: reports.map(({ name, url, facts }) => ({ name, url, ...facts })),
  };
}
