import { pairReadToJson } from '@kvtwin/hustdb-protocol';
import { type ConfirmResult, confirmDifference, isDifference } from '@kvtwin/replica-pair';
import { type PairRead, type PairStore, sideReadToJson, systemClock } from '@kvtwin/versioned-value';
import { type Command, Option } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { commandHint } from '../command-line/command-hint.js';
import { ExitCode } from '../command-line/exit-code.js';
import { exitCodeOfPairRead } from '../command-line/pair-exit-code.js';
import { parseSettleMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { formatKey, keyAsArgument, keyToJson, parseKey } from '../output/key-text.js';
import { colorsFor, write, writeJson, writeLine } from '../output/output.js';
import { viewPairRead } from '../pair/pair-read-view.js';
import type { OpenSides } from '../sides/open-sides.js';
import { withSides } from '../sides/with-sides.js';

interface GetFlags extends SideFlags, TableFlags {
  readonly keyBase64?: boolean;
  readonly settle: number;
  readonly reads: number;
  readonly raw?: 'first' | 'second';
  readonly json?: boolean;
}

interface Answer {
  readonly read: PairRead;
  readonly confirmation?: ConfirmResult;
}

const help = `
Both sides are shown as they are, never a merged value. A difference is read again over a settle window before it is
reported, since it may be an update on its way.

Examples:
  kvtwin get user:42
  kvtwin get --table sessions 9f2c --json
  kvtwin get user:42 --raw first > value.bin
  kvtwin get --key-base64 AAH/ --settle 0

Exit codes: 0 both agree · 2 they differ · 3 unknown (a front hides it) · 4 a side is unreachable · 5 credentials`;

export function registerGet(program: Command, context: CliContext): void {
  const command = program
    .command('get')
    .summary('show a key on both sides')
    .description('Shows what both sides hold for one key, and whether they agree.')
    .argument('<key>', 'the key as UTF-8 text')
    .option('--key-base64', 'the key is given as base64')
    .option(
      '--settle <duration>',
      'window over which a difference must stay; 0: look once',
      parseSettleMs,
      600,
    )
    .option('--reads <count>', 'reads over that window, the first included', parseCount, 3)
    .addOption(
      new Option('--raw <side>', 'print the bytes of one side, nothing else').choices(['first', 'second']),
    )
    .option('--json', 'print one JSON object; values are base64')
    .addHelpText('after', help)
    .action(action(context, (key: string, flags: GetFlags) => get(context, key, flags)));
  addTableOptions(addSideOptions(command));
}

async function get(context: CliContext, keyText: string, flags: GetFlags): Promise<ExitCode> {
  const key = parseKey(keyText, flags.keyBase64 === true);
  const selector = selectorOf(flags);
  return withSides(context, flags, async (sides) => {
    const store = await sides.source.open(selector);
    const answer = await readAndConfirm(store, key, flags, context);
    if (flags.raw !== undefined) return printRaw(context, answer.read, key, flags.raw);
    if (flags.json) await writeJson(context.io.stdout, toJson(key, sides, answer));
    else await printForPeople(context, key, sides, answer, flags);
    return exitCodeOfPairRead(answer.read);
  });
}

async function readAndConfirm(
  store: PairStore,
  key: Uint8Array,
  flags: GetFlags,
  { io }: CliContext,
): Promise<Answer> {
  const call = { signal: io.signal, timeoutMs: flags.timeout };
  const read = await store.read(key, call);
  if (!isDifference(read.kind) || flags.settle === 0 || flags.reads < 2 || flags.raw !== undefined)
    return { read };
  let first: PairRead | undefined = read;
  const readAgain = async (): Promise<PairRead> => {
    const known = first;
    first = undefined;
    return known ?? (await store.read(key, call));
  };
  const options = { settleMs: flags.settle, reads: flags.reads, ...call };
  const confirmation = await confirmDifference(readAgain, systemClock, options);
  return { read: confirmation.read, confirmation };
}

async function printRaw(
  { io }: CliContext,
  read: PairRead,
  key: Uint8Array,
  side: 'first' | 'second',
): Promise<ExitCode> {
  const one = read.sides[side === 'first' ? 0 : 1];
  if (one.state === 'present') {
    await write(io.stdout, one.entry.value);
    return ExitCode.ok;
  }
  if (one.state === 'failed') throw one.error;
  const told = one.state === 'absent' ? 'has no' : 'does not tell';
  throw new CliError(`the ${side} side ${told} ${formatKey(key)}`, { exitCode: ExitCode.partial });
}

function toJson(key: Uint8Array, sides: OpenSides, { read, confirmation }: Answer): unknown {
  const { sides: _, ...classified } = pairReadToJson(read);
  return {
    ...keyToJson(key),
    ...classified,
    ...(read.expirationSkewMs === undefined ? {} : { expirationSkewMs: finiteOrText(read.expirationSkewMs) }),
    policy: sides.policy,
    sides: read.sides.map((side, at) => ({ name: sides.names[at], ...sideReadToJson(side) })),
    ...(confirmation === undefined ? {} : { confirmation: confirmationToJson(confirmation) }),
  };
}

/** JSON has no infinity. */
function finiteOrText(ms: number): number | string {
  return Number.isFinite(ms) ? ms : String(ms);
}

function confirmationToJson({ read: _, ...rest }: ConfirmResult): unknown {
  return rest;
}

async function printForPeople(
  { io }: CliContext,
  key: Uint8Array,
  sides: OpenSides,
  { read, confirmation }: Answer,
  flags: GetFlags,
): Promise<void> {
  const colors = colorsFor(io.stdout, io.env);
  const view = { key, read, names: sides.names, confirmation, nowMs: systemClock.nowMs(), colors };
  for (const line of viewPairRead(view)) await writeLine(io.stdout, line);
  const next = nextStep(key, sides, read, flags);
  if (next !== undefined) await writeLine(io.stderr, colorsFor(io.stderr, io.env).dim(`next: ${next}`));
}

/** Nobody copies a command with a longer key from a screen. */
const maxArgumentCharacters = 200;

/** Where somebody can decide about the key; only behind stores of their own, which a front hides. */
function nextStep(key: Uint8Array, sides: OpenSides, read: PairRead, flags: GetFlags): string | undefined {
  if (sides.families === undefined || keyAsArgument(key).length > maxArgumentCharacters) return undefined;
  const undecided = read.kind === 'value-conflict' || read.kind === 'diverged' || read.kind === 'one-sided';
  return undecided ? commandHint('resolve', key, flags) : undefined;
}
