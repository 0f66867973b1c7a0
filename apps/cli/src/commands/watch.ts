import { confirmDifference, ReplicaPairStore } from '@kvtwin/replica-pair';
import {
  type CallOptions,
  type PairRead,
  type PairStore,
  sideReadToJson,
  systemClock,
  type Two,
} from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { parseDurationMs, parseSettleMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { formatSize } from '../output/format-size.js';
import { escapeControls, formatKeyHeading, keyToJson, parseKey } from '../output/key-text.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { formatVersion } from '../output/version-text.js';
import { pairColor, pairLabel } from '../pair/pair-label.js';
import type { OpenSides } from '../sides/open-sides.js';
import { withSides } from '../sides/with-sides.js';
import { keysWithPrefix } from '../watch/keys-with-prefix.js';
import { type AgreementChange, watchKeys } from '../watch/watch-keys.js';

interface WatchFlags extends SideFlags, TableFlags {
  readonly keyBase64?: boolean;
  readonly prefix?: string;
  readonly interval: number;
  readonly settle: number;
  readonly rounds?: number;
  readonly untilAgreed?: boolean;
  readonly ndjson?: boolean;
}

const help = `
Both sides are read every --interval; a line is printed when a key comes to differ, to agree, or cannot be read, and for
each key when it is seen first. A difference counts when it is still there after --settle. With --prefix both sides are
listed each time, so that keys come and go; at most 10 000.

Examples:
  kvtwin watch user:42 user:43
  kvtwin watch --prefix cart: --interval 10s --ndjson
  kvtwin watch user:42 --until-agreed && echo agreed

Ends at Ctrl-C. Exit codes: 0 all agreed in the end · 2 some differed · 3 some could not be read · 130 Ctrl-C`;

export function registerWatch(program: Command, context: CliContext): void {
  const command = program
    .command('watch')
    .summary('tell when keys come to agree or to differ')
    .description('Reads keys on both sides again and again, and tells when their agreement changes.')
    .argument('[keys...]', 'the keys as UTF-8 text')
    .option('--key-base64', 'the keys are given as base64')
    .option('--prefix <text>', 'all keys that begin so, instead')
    .option('--interval <duration>', 'time between two looks', parseDurationMs, 2000)
    .option('--settle <duration>', 'how long a difference must stay; 0: look once', parseSettleMs, 200)
    .option('--rounds <count>', 'end after so many looks', parseCount)
    .option('--until-agreed', 'end once all keys agree')
    .option('--ndjson', 'one JSON object a line')
    .addHelpText('after', help)
    .action(action(context, (keys: string[], flags: WatchFlags) => watch(context, keys, flags)));
  addTableOptions(addSideOptions(command));
}

async function watch(context: CliContext, texts: readonly string[], flags: WatchFlags): Promise<ExitCode> {
  if ((texts.length === 0) === (flags.prefix === undefined)) {
    throw new CliError('watch needs keys, or --prefix', {
      hint: 'kvtwin watch user:42, or kvtwin watch --prefix user:',
    });
  }
  const { io } = context;
  const keys = texts.map((text) => parseKey(text, flags.keyBase64 === true));
  const selector = selectorOf(flags);
  const call: CallOptions = { signal: io.signal, timeoutMs: flags.timeout };
  return withSides(context, flags, async (sides) => {
    const store = await sides.source.open(selector);
    const listed = flags.prefix === undefined ? undefined : await listing(sides, flags, flags.prefix, call);
    const print = printer(context, sides.names, flags.ndjson === true);
    const end = await watchKeys({
      look: async function* () {
        for (const batch of batchesOf(listed === undefined ? keys : await listed()))
          yield* readAll(store, batch, call);
      },
      confirm: (key, read) => confirm(store, key, read, flags.settle, call),
      clock: systemClock,
      intervalMs: flags.interval,
      signal: io.signal,
      ...(flags.rounds === undefined ? {} : { rounds: flags.rounds }),
      untilAgreed: flags.untilAgreed === true,
      onChange: print,
      onFailure: (error) =>
        writeLine(io.stderr, `${escapeControls(error.message)} (${error.code}); trying again`),
    });
    if (end.interrupted) return ExitCode.interrupted;
    if (end.unreadable > 0) return ExitCode.partial;
    return end.differing > 0 ? ExitCode.differences : ExitCode.ok;
  });
}

async function listing(
  { families }: OpenSides,
  flags: WatchFlags,
  prefix: string,
  call: CallOptions,
): Promise<() => Promise<Uint8Array[]>> {
  if (families === undefined) {
    throw new CliError('a front does not list keys', {
      hint: 'name the sides by --first and --second, or the keys',
    });
  }
  const selector = selectorOf(flags);
  const stores = [await families[0].open(selector), await families[1].open(selector)] as const;
  return () => keysWithPrefix(stores, new TextEncoder().encode(prefix), call);
}

const batchSize = 256;

function batchesOf(keys: readonly Uint8Array[]): Uint8Array[][] {
  const count = Math.ceil(keys.length / batchSize);
  return Array.from({ length: count }, (_, at) => keys.slice(at * batchSize, (at + 1) * batchSize));
}

async function* readAll(
  store: PairStore,
  keys: readonly Uint8Array[],
  call: CallOptions,
): AsyncGenerator<{ key: Uint8Array; read: PairRead }> {
  const reads =
    store instanceof ReplicaPairStore
      ? await store.readMany(keys, call)
      : await Promise.all(keys.map((key) => store.read(key, call)));
  for (const [at, key] of keys.entries()) yield { key, read: reads[at]! };
}

async function confirm(
  store: PairStore,
  key: Uint8Array,
  read: PairRead,
  settleMs: number,
  call: CallOptions,
): Promise<PairRead> {
  if (settleMs === 0) return read;
  let first: PairRead | undefined = read;
  const readAgain = async (): Promise<PairRead> => {
    const known = first;
    first = undefined;
    return known ?? (await store.read(key, call));
  };
  return (await confirmDifference(readAgain, systemClock, { settleMs, reads: 2, ...call })).read;
}

function printer(
  { io }: CliContext,
  names: Two<string>,
  ndjson: boolean,
): (change: AgreementChange) => Promise<void> {
  if (ndjson) {
    return ({ key, before, read, atMs }) =>
      writeJson(io.stdout, {
        at: new Date(atMs).toISOString(),
        ...keyToJson(key),
        kind: read.kind,
        ...(before === undefined ? {} : { before }),
        sides: read.sides.map((side, at) => {
          const { value: _, ...told } = sideReadToJson(side);
          return { name: names[at], ...told };
        }),
      });
  }
  const colors = colorsFor(io.stdout, io.env);
  return ({ key, before, read, atMs }) => {
    const state = pairColor(read.kind, colors)(pairLabel(read, names));
    const was = before === undefined ? '' : colors.dim(`  was ${before}`);
    const sides = read.sides.map((side, at) => `${at === 0 ? 'A' : 'B'} ${sideText(side)}`).join('  ');
    return writeLine(
      io.stdout,
      `${timeText(atMs)}  ${formatKeyHeading(key)}  ${state}${was}  ${colors.dim(sides)}`,
    );
  };
}

function sideText(side: PairRead['sides'][number]): string {
  if (side.state === 'present')
    return `v ${formatVersion(side.entry.version)} ${formatSize(side.entry.value.length)}`;
  return side.state === 'failed' ? `failed (${side.error.code})` : side.state;
}

/** The time of day in UTC. */
function timeText(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}
