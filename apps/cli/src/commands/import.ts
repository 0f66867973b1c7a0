import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { untilAborted } from '../command-line/until-aborted.js';
import type { ImportedEntry } from '../exchange/exchange-row.js';
import type { ExchangeFormat } from '../exchange/format-rows.js';
import {
  type ImportedLifespans,
  type ImportOptions,
  type ImportOutcome,
  type ImportResult,
  importEntry,
} from '../exchange/import-entries.js';
import { parseRows } from '../exchange/parse-rows.js';
import { openCopies, parseAddresses } from '../migrate/open-copies.js';
import { parseDurationMs } from '../options/parse-duration.js';
import { parseCount } from '../options/parse-number.js';
import { addPasswordFileOption, type PasswordFileFlags } from '../options/password-file-option.js';
import { formatCount } from '../output/format-size.js';
import { formatKey } from '../output/key-text.js';
import { writeJson, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { addProgressOption, type ProgressFlags, progressModeOf } from '../progress/progress-option.js';

interface ImportFlags extends ProgressFlags, PasswordFileFlags {
  readonly format?: ExchangeFormat;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
  readonly lifespans: ImportedLifespans;
  readonly maxErrors: number;
  readonly fromLine: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly json?: boolean;
}

/** Values held at a time, besides the one that passes it. */
const batchBytes = 4 * 1024 * 1024;
/** Rows that were not imported are told one by one up to here; after that they are only counted. */
const toldRows = 20;

const help = `
FILE is what kvtwin export wrote, or - for stdin. STORE: hotrod://host/cache · hustdb://host · both nodes of a pair:
hustdb://a,hustdb://b · a profile.

A key is written where the store has nothing. One that has the same value already counts as unchanged, one with another
value is skipped, or with --overwrite replaced under the version that was seen. So an import that was broken off can
simply be started again, or be told where to go on (--from-line).

Examples:
  kvtwin import users.ndjson hotrod://nyc/users --dry-run
  kvtwin import sessions.csv hustdb://a:8085,hustdb://b:8085 --max-errors 100

Exit codes: 0 everything is there · 1 usage, or a bad line before anything was written · 3 lines were bad, or keys
skipped · 4 unreachable · 5 credentials · 130 interrupted: it says how to go on`;

export function registerImport(program: Command, context: CliContext): void {
  const command = program
    .command('import')
    .summary('read NDJSON or CSV back into a store')
    .description('Writes the entries of a file that kvtwin export wrote into a store, under guard.')
    .argument('<file>', 'the file, or - for stdin')
    .argument('<store>', 'which store')
    .addOption(
      new Option('-f, --format <format>', 'default: what the name of the file says, else ndjson').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('--overwrite', 'replace other values too, under their version')
    .option('-n, --dry-run', 'read both, write nothing')
    .addOption(
      new Option('--lifespans <how>', 'carry: what is left of them; anew: all of them from now on; none')
        .choices(['carry', 'anew', 'none'])
        .default('carry'),
    )
    .option('--max-errors <count>', 'bad lines to leave out before it stops', parseErrors, 0)
    .option('--from-line <number>', 'leave out all lines before this one', parseCount, 1)
    .option('--concurrency <count>', 'keys written at once', parseCount, 64)
    .option('--timeout <duration>', 'longest time for one answer', parseDurationMs, 10_000)
    .option('--json', 'print the summary as one JSON object')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', help)
    .action(
      action(context, (file: string, store: string, flags: ImportFlags) =>
        importFile(context, file, store, flags),
      ),
    );
  addProgressOption(addPasswordFileOption(command));
}

function parseErrors(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 0 on.');
}

async function importFile(
  context: CliContext,
  file: string,
  store: string,
  flags: ImportFlags,
): Promise<ExitCode> {
  const { io } = context;
  const input = await openInput(io, file);
  const [address] = await parseAddresses([store] as const, io.env, flags);
  const copies = await openCopies(address, io.env);
  const call = { signal: io.signal, timeoutMs: flags.timeout };
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  try {
    const target = copies.target();
    await copies.reports(call);
    const { dryRun = false, lifespans, overwrite = false } = flags;
    const options = { target, overwrite, dryRun, lifespans, call };
    const run = new ImportRun(context, flags, options, { progress, share: input.share });
    const format = flags.format ?? (file.endsWith('.csv') ? 'csv' : 'ndjson');
    try {
      await run.take(parseRows(input.bytes(), format));
    } catch (error) {
      progress.clear();
      if (run.lastLine > 0) {
        const again = `kvtwin import ${file} … --from-line ${run.lastLine + 1}`;
        await writeLine(io.stderr, `  stopped behind line ${run.lastLine}.      go on: ${again}`);
      }
      throw error;
    }
    progress.clear();
    return await run.report();
  } finally {
    progress.clear();
    await copies.close();
  }
}

/** What is read, and how much of it was read so far, 0 to 1, where that is known. */
interface ImportInput {
  bytes(): AsyncIterable<Uint8Array>;
  share(): number | undefined;
}

async function openInput({ signal, stdin }: CliContext['io'], file: string): Promise<ImportInput> {
  if (file === '-') return { bytes: () => untilAborted(stdin, signal), share: () => undefined };
  const about = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${file}: ${error.message}`, { cause: error });
  });
  if (about.isDirectory()) throw new CliError(`cannot read ${file}: it is a folder`);
  let read = 0;
  return {
    async *bytes() {
      for await (const chunk of createReadStream(file)) {
        read += (chunk as Uint8Array).length;
        yield chunk as Uint8Array;
      }
    },
    // A pipe has no size.
    share: () => (about.isFile() && about.size > 0 ? read / about.size : undefined),
  };
}

type ImportCounts = Record<ImportOutcome | 'bad', number>;

/** One import: rows are taken in order, some at a time, each batch wholly before the next. */
class ImportRun {
  readonly #context: CliContext;
  readonly #flags: ImportFlags;
  readonly #options: ImportOptions;
  readonly #progress: Progress;
  readonly #share: ImportInput['share'];
  readonly #counts: ImportCounts = {
    written: 0,
    same: 0,
    exists: 0,
    'expires-otherwise': 0,
    'target-changes': 0,
    expired: 0,
    refused: 0,
    bad: 0,
  };
  #batch: { readonly line: number; readonly entry: ImportedEntry }[] = [];
  #batchBytes = 0;
  #told = 0;
  #stopped = false;
  /** Everything up to this line is dealt with. */
  lastLine = 0;

  constructor(
    context: CliContext,
    flags: ImportFlags,
    options: ImportOptions,
    { progress, share }: { readonly progress: Progress; readonly share: ImportInput['share'] },
  ) {
    this.#context = context;
    this.#flags = flags;
    this.#options = options;
    this.#progress = progress;
    this.#share = share;
  }

  async take(rows: ReturnType<typeof parseRows>): Promise<void> {
    const { concurrency, fromLine, maxErrors } = this.#flags;
    for await (const row of rows) {
      this.#context.io.signal.throwIfAborted();
      if (row.line < fromLine) continue;
      if ('fault' in row) {
        await this.#flush();
        this.#counts.bad++;
        await this.#tell(`line ${row.line}: ${row.fault}`);
        if (this.#counts.bad <= maxErrors) continue;
        this.#stopped = true;
        return;
      }
      // Two lines about one key must not race: the later one comes after the earlier.
      if (this.#batch.some(({ entry }) => sameKey(entry, row.entry))) await this.#flush();
      this.#batch.push(row);
      this.#batchBytes += row.entry.value.length;
      if (this.#batch.length >= concurrency || this.#batchBytes > batchBytes) await this.#flush();
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    const results = await Promise.all(batch.map(({ entry }) => importEntry(entry, this.#options)));
    for (const [at, result] of results.entries()) {
      const { entry, line } = batch[at]!;
      this.#counts[result.outcome]++;
      await this.#tellOutcome(line, entry, result);
      this.lastLine = line;
    }
    const items = Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
    const share = this.#share();
    this.#progress.show(() => ({
      phase: 'importing',
      items,
      itemName: 'lines',
      ...(share === undefined ? {} : { share }),
    }));
  }

  #tellOutcome(
    line: number,
    { key }: ImportedEntry,
    { outcome, why }: ImportResult,
  ): Promise<void> | undefined {
    if (outcome === 'written' || outcome === 'same' || outcome === 'expired') return undefined;
    return this.#tell(`line ${line}: ${formatKey(key)} is skipped: ${why ?? skipText[outcome]}`);
  }

  async #tell(text: string): Promise<void> {
    const { io } = this.#context;
    if (++this.#told > toldRows) return;
    this.#progress.clear();
    await writeLine(io.stderr, text);
    if (this.#told === toldRows) await writeLine(io.stderr, '… further ones are only counted');
  }

  async report(): Promise<ExitCode> {
    const { io } = this.#context;
    const { bad, ...counts } = this.#counts;
    const { exists, refused, same, written } = counts;
    const skipped = exists + refused + counts['expires-otherwise'] + counts['target-changes'];
    const dry = this.#options.dryRun;
    if (this.#flags.json) {
      await writeJson(io.stdout, {
        dryRun: dry,
        ...counts,
        unchanged: same,
        skipped,
        bad,
        stopped: this.#stopped,
      });
    } else {
      const parts = [
        `${formatCount(written)} ${dry ? 'would be written' : 'written'}`,
        `${formatCount(same)} unchanged`,
        ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
        ...(counts.expired > 0 ? [`${formatCount(counts.expired)} expired meanwhile`] : []),
        ...(bad > 0 ? [`${formatCount(bad)} bad lines`] : []),
      ];
      await writeLine(io.stdout, `  ${parts.join(' · ')}`);
    }
    if (this.#stopped) {
      await writeLine(
        io.stderr,
        `stopped at a bad line; --max-errors ${this.#flags.maxErrors + 1} leaves it out`,
      );
      if (written === 0) return ExitCode.usage;
    }
    return bad > 0 || skipped > 0 ? ExitCode.partial : ExitCode.ok;
  }
}

const skipText = {
  exists: 'the store has another value for it (--overwrite replaces it)',
  'expires-otherwise':
    'the store has the same value, which expires at another time (--overwrite replaces it)',
  'target-changes': 'somebody else kept writing it',
  refused: 'the store does not take it',
} as const;

function sameKey(one: ImportedEntry, other: ImportedEntry): boolean {
  return one.type === other.type && one.table === other.table && Buffer.from(one.key).equals(other.key);
}
