import { createHash } from 'node:crypto';
import { diffClasses } from '@kvtwin/reconcile';
import { defaultSideTimeoutMs, ReplicaPairStore } from '@kvtwin/replica-pair';
import type { StoreSelector } from '@kvtwin/versioned-value';
import { type Command, Option } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { commandHint } from '../command-line/command-hint.js';
import { ExitCode } from '../command-line/exit-code.js';
import { matchingNames } from '../command-line/matching-names.js';
import { keptText, pruneBeforeImages } from '../jobs/before-images.js';
import { addKeepOption, type KeepFlags, keepOf } from '../options/keep-option.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { formatKey, parseKey } from '../output/key-text.js';
import { writeLine } from '../output/output.js';
import type { QueuedKey } from '../resolve/resolve-item.js';
import { kindOfTarget, maxQueuedKeys, queueOfJob, queueOfPlan } from '../resolve/resolve-queue.js';
import { runPicker } from '../resolve/run-picker.js';
import { type TakeWord, takeSide } from '../resolve/take-side.js';
import { WriteRecorder } from '../resolve/write-recorder.js';
import { type OpenSides, openSides } from '../sides/open-sides.js';
import { resolveSides, type Sides } from '../sides/resolve-sides.js';

interface ResolveFlags extends SideFlags, TableFlags, KeepFlags {
  readonly as?: 'key' | 'job' | 'plan';
  readonly keyBase64?: boolean;
  readonly class?: string;
  readonly prefix?: string;
  readonly take?: TakeWord;
  readonly unguarded?: boolean;
  readonly json?: boolean;
}

const help = `
Shows both sides of a key beside each other: a JSON tree with what differs marked, text, or hex. Decide with a (take A),
b (take B), e (edit a merge in $VISUAL or $EDITOR), d (delete); n and p go to the next and the previous key, i leaves one
as it is, h shows hex, t text or tree, ? every key. Nothing is written before w; then a key is written only while both
sides still hold what was shown. A side that has changed is shown anew instead. u takes back what was written to a key;
kvtwin undo takes back all of it later, from before-images that are kept for 30 days (--keep).

What is given is a diff job's id, a plan's file (its undecided rows), or a key; --as says which where that is not clear.
Where nobody sits at a terminal, --take decides about one key, and kvtwin plan about many.

Examples:
  kvtwin resolve user:42
  kvtwin resolve d1 --class value-conflict --prefix user:
  kvtwin resolve p-d1.ndjson
  kvtwin resolve user:42 --take a
  kvtwin undo r3

Exit codes: 0 all is resolved or left as it is · 1 no terminal · 2 some still differ · 3 some could not be written ·
4 a side is unreachable · 5 credentials · 6 with --take: a side changed meanwhile · 130 interrupted`;

export function registerResolve(program: Command, context: CliContext): void {
  const command = program
    .command('resolve')
    .summary('decide about differences, key by key, on a full screen')
    .description(
      'Decides about keys on which the two sides differ, one after the other, and writes what was decided.',
    )
    .argument('<target>', 'a key, the id of a diff job, or the file of a plan')
    .addOption(new Option('--as <kind>', 'what the argument is').choices(['key', 'job', 'plan']))
    .option('--key-base64', 'the key is given as base64')
    .option('--class <classes>', 'of a job or a plan: only these classes (value-conflict,only-*)')
    .option('--prefix <text>', 'of a job or a plan: only keys that begin with this')
    .addOption(
      new Option('--take <side>', 'decide about one key without a screen').choices(['a', 'b', 'delete']),
    )
    .option('--unguarded', 'write also to a store that has no compare-and-set')
    .option('--json', 'with --take: print one JSON object')
    .addHelpText('after', help)
    .action(action(context, (target: string, flags: ResolveFlags) => resolve(context, target, flags)));
  addKeepOption(addTableOptions(addSideOptions(command)));
}

/** What is to be resolved, and where. */
interface Task {
  readonly from: string;
  /** The diff job that the keys come from. */
  readonly diff?: string;
  readonly keys: readonly QueuedKey[];
  readonly sides: Sides;
  readonly selector: StoreSelector;
  readonly timeoutMs: number | undefined;
}

async function resolve(context: CliContext, target: string, flags: ResolveFlags): Promise<ExitCode> {
  const { io } = context;
  const kind = flags.keyBase64 === true ? 'key' : (flags.as ?? (await kindOfTarget(target, io.env)));
  if (flags.take !== undefined && kind !== 'key') {
    throw new CliError('--take decides about one key', {
      hint: `for many, with undo: kvtwin plan ${kind === 'job' ? target : 'JOB'} --rule '*=first'`,
    });
  }
  if (kind === 'key' && (flags.class ?? flags.prefix) !== undefined) {
    throw new CliError('--class and --prefix choose among the keys of a job or a plan', {
      hint: `${target} is taken for a key; kvtwin job ls lists the jobs`,
    });
  }
  const hasScreen = io.terminal !== undefined && io.env.TERM !== 'dumb';
  if (flags.take === undefined && !hasScreen) throw noTerminal(kind, target, flags);
  const task = await taskOf(context, kind, target, flags);
  const [one] = task.keys;
  if (one === undefined) {
    await writeLine(io.stderr, `nothing to decide in ${task.from}`);
    return ExitCode.ok;
  }
  await pruneBeforeImages(io);
  const opened = await openSides(task.sides);
  try {
    const recorder = await recorderOf(context, opened, task, flags);
    try {
      return flags.take === undefined
        ? await pick(context, task, opened, recorder, flags)
        : await takeSide(context, {
            ...flags,
            key: one.key,
            take: flags.take,
            pair: recorder,
            names: opened.names,
          });
    } finally {
      await recorder.close();
      await tellUndo(context, recorder);
    }
  } finally {
    await opened.close();
  }
}

async function tellUndo({ io }: CliContext, { job, standing }: WriteRecorder): Promise<void> {
  if (job === undefined || standing === 0) return;
  await writeLine(io.stderr, `undo: kvtwin undo ${job.id}      before-images are kept ${keptText(job)}`);
}

function noTerminal(kind: 'job' | 'plan' | 'key', target: string, flags: ResolveFlags): CliError {
  const key = parseKey(target, flags.keyBase64 === true);
  return new CliError('resolve needs a terminal for its screen, and stdin or stdout is none, or a dumb one', {
    hint:
      kind === 'key'
        ? `without one: ${commandHint('resolve', key, flags, ['--take', 'a|b|delete'])}`
        : `without one: kvtwin plan ${kind === 'job' ? target : 'JOB'} --rule '*=first', or edit the plan, then kvtwin apply`,
  });
}

async function taskOf(
  { io }: CliContext,
  kind: 'job' | 'plan' | 'key',
  target: string,
  flags: ResolveFlags,
): Promise<Task> {
  if (kind === 'key') {
    return {
      from: formatKey(parseKey(target, flags.keyBase64 === true)),
      keys: [{ key: parseKey(target, flags.keyBase64 === true) }],
      sides: await resolveSides(flags, io.env),
      selector: selectorOf(flags),
      timeoutMs: flags.timeout,
    };
  }
  const filter = {
    ...(flags.class === undefined ? {} : { classes: matchingNames(flags.class, diffClasses) }),
    ...(flags.prefix === undefined ? {} : { prefix: new TextEncoder().encode(flags.prefix) }),
  };
  const queue =
    kind === 'job' ? await queueOfJob(io.env, target, filter) : await queueOfPlan(io.env, target, filter);
  if (queue.cut) {
    await writeLine(
      io.stderr,
      `only the first ${maxQueuedKeys} keys of ${queue.from}: --class and --prefix choose, kvtwin plan decides by rules`,
    );
  }
  return queue;
}

async function recorderOf(
  { io }: CliContext,
  opened: OpenSides,
  task: Task,
  flags: ResolveFlags,
): Promise<WriteRecorder> {
  const { diff, from, selector, sides, timeoutMs } = task;
  if (opened.families === undefined || sides.kind !== 'two') {
    throw new CliError('a front does not let anybody at one side alone, so nothing can be taken from it', {
      hint: 'name its two nodes by --first and --second',
    });
  }
  const stores = [await opened.families[0].open(selector), await opened.families[1].open(selector)] as const;
  const pair = new ReplicaPairStore({
    first: stores[0],
    second: stores[1],
    policy: opened.policy,
    sideNames: opened.names,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return new WriteRecorder({
    io,
    pair,
    stores,
    allowUnguarded: flags.unguarded === true,
    about: {
      about: from,
      sides,
      selector,
      timeoutMs: timeoutMs ?? defaultSideTimeoutMs,
      keepBeforeImagesMs: keepOf(flags, io.env),
      ...(diff === undefined ? {} : { diff }),
    },
  });
}

async function pick(
  { io }: CliContext,
  task: Task,
  opened: OpenSides,
  recorder: WriteRecorder,
  flags: ResolveFlags,
): Promise<ExitCode> {
  const { counts, interrupted } = await runPicker({
    io,
    terminal: io.terminal!,
    keys: task.keys,
    names: opened.names,
    pair: recorder,
    undo: (key) => recorder.undo(key, task.timeoutMs),
    timeoutMs: task.timeoutMs,
    allowUnguarded: flags.unguarded === true,
  });
  const told = (['written', 'ignored', 'failed', 'open'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name === 'ignored' ? 'left as it is' : name}`);
  await writeLine(io.stderr, `resolve: ${told.join(' · ')}`);
  if (interrupted) return ExitCode.interrupted;
  if (counts.failed > 0) return ExitCode.partial;
  return counts.open > 0 ? ExitCode.differences : ExitCode.ok;
}
