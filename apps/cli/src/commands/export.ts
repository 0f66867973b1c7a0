import { open, rename, rm } from 'node:fs/promises';
import type { LocatedEntry } from '@kvtwin/reconcile';
import type { StoreType } from '@kvtwin/versioned-value';
import { type Command, Option } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { rowOfEntry } from '../exchange/exchange-row.js';
import { type ExchangeFormat, exchangeHead, formatRows } from '../exchange/format-rows.js';
import { openCopies, parseAddresses } from '../migrate/open-copies.js';
import { parseDurationMs } from '../options/parse-duration.js';
import { addPasswordFileOption, type PasswordFileFlags } from '../options/password-file-option.js';
import { addTableOptions, type TableFlags } from '../options/table-options.js';
import { formatCount } from '../output/format-size.js';
import { write, writeLine } from '../output/output.js';
import { Progress } from '../progress/progress.js';
import { addProgressOption, type ProgressFlags, progressModeOf } from '../progress/progress-option.js';

interface ExportFlags extends PasswordFileFlags, TableFlags, ProgressFlags {
  readonly prefix?: string;
  readonly format?: ExchangeFormat;
  readonly output?: string;
  readonly timeout: number;
}

const help = `
STORE: hotrod://host/cache · hustdb://host · a profile that is one side. Everything in it is exported, kv and tables, or
what --type, --table and --prefix leave of it. Bytes that are UTF-8 stand as text, others as base64 (keyEncoding,
valueEncoding). Versions, lifespans, max-idle times and the instant of the expiry stand where the store tells them.

An export to a file is there as a whole or not at all. kvtwin import reads it back.

Examples:
  kvtwin export hotrod://lon/users > users.ndjson
  kvtwin export hustdb://10.0.0.1:8085 --type hash --table sessions --format csv --output sessions.csv

Exit codes: 0 done · 1 usage · 3 a node cannot tell the values of some keys · 4 unreachable · 5 credentials ·
130 interrupted`;

export function registerExport(program: Command, context: CliContext): void {
  const command = program
    .command('export')
    .summary('write all entries of a store to NDJSON or CSV')
    .description('Writes all entries of one store as text.')
    .argument('<store>', 'which store')
    .option('--prefix <text>', 'only keys that begin so')
    .addOption(
      new Option('-f, --format <format>', 'default: what the name of the file says, else ndjson').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('-o, --output <file>', 'a file instead of stdout')
    .option('--timeout <duration>', 'longest time for one answer', parseDurationMs, 10_000)
    .option('-q, --quiet', 'no progress and no summary on stderr')
    .addHelpText('after', help)
    .action(action(context, (store: string, flags: ExportFlags) => exportStore(context, store, flags)));
  addProgressOption(addPasswordFileOption(addTableOptions(command)));
}

async function exportStore({ io }: CliContext, store: string, flags: ExportFlags): Promise<ExitCode> {
  const format = flags.format ?? (flags.output?.endsWith('.csv') ? 'csv' : 'ndjson');
  const keeps = filterOf(flags);
  const [address] = await parseAddresses([store] as const, io.env, flags);
  const copies = await openCopies(address, io.env);
  const progress = new Progress(io, { mode: progressModeOf(flags) });
  let count = 0;
  let unreadable = 0;
  try {
    const [replica, ...others] = copies.replicas;
    if (replica === undefined || others.length > 0) {
      throw new CliError('an export is of one store', { hint: 'name one node, or one cache' });
    }
    const call = { signal: io.signal, timeoutMs: flags.timeout };
    await replica.report(call);
    const { scan } = await replica.part();
    const output = await openOutput(io, flags.output);
    try {
      await output.write(exchangeHead(format));
      for await (const { entries } of scan(call)) {
        const kept = entries.filter(keeps);
        const rows = kept.filter((entry) => entry.unreadable !== true).map(rowOfEntry);
        count += rows.length;
        unreadable += kept.length - rows.length;
        if (rows.length > 0) await output.write(formatRows(rows, format));
        progress.show(() => ({ phase: 'exporting', items: count, itemName: 'keys' }));
        io.signal.throwIfAborted();
      }
      await output.end();
    } catch (error) {
      await output.discard();
      throw error;
    }
  } finally {
    progress.clear();
    await copies.close();
  }
  if (!flags.quiet) await writeLine(io.stderr, `${formatCount(count)} keys exported`);
  if (unreadable === 0) return ExitCode.ok;
  await writeLine(
    io.stderr,
    `${formatCount(unreadable)} keys left out: the store shows them and cannot tell their values`,
  );
  return ExitCode.partial;
}

function filterOf({ prefix, table, type }: ExportFlags): (entry: LocatedEntry) => boolean {
  if (type === 'kv' && table !== undefined) {
    throw new CliError('a kv has no table', { hint: 'leave out --table, or add --type hash' });
  }
  const start = new TextEncoder().encode(prefix ?? '');
  const wanted: StoreType | undefined = type;
  return (entry) =>
    (wanted === undefined || entry.type === wanted) &&
    (table === undefined || entry.table === table) &&
    start.every((byte, at) => entry.key[at] === byte);
}

interface ExportOutput {
  /** Waits where the reader is slow. */
  write(text: string): Promise<void>;
  end(): Promise<void>;
  discard(): Promise<void>;
}

async function openOutput(io: CliContext['io'], file: string | undefined): Promise<ExportOutput> {
  if (file === undefined) {
    return {
      write: (text) => write(io.stdout, text),
      end: async () => undefined,
      discard: async () => undefined,
    };
  }
  const draft = `${file}.tmp`;
  const handle = await open(draft, 'w', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot write ${file}: ${error.message}`, { cause: error });
  });
  return {
    write: (text) => handle.writeFile(text),
    end: async () => {
      await handle.sync();
      await handle.close();
      await rename(draft, file);
    },
    discard: async () => {
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}
