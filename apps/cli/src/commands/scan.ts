import {
  type ScannedEntry,
  StoreError,
  type StoreFamily,
  type StoreSelector,
  systemClock,
  type Two,
} from '@kvtwin/versioned-value';
import { type Command, Option } from 'commander';
import { beginsWith } from '../command-line/begins-with.js';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { parseCount } from '../options/parse-number.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { padEndColumns } from '../output/display-width.js';
import { formatCount, formatSize } from '../output/format-size.js';
import { formatKey, keyToJson, parseKey } from '../output/key-text.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { formatVersion } from '../output/version-text.js';
import { expirationText } from '../pair/pair-read-view.js';
import { withSides } from '../sides/with-sides.js';

interface ScanFlags extends SideFlags, TableFlags {
  readonly side: 'first' | 'second' | 'both';
  readonly prefix?: string;
  readonly limit?: number;
  readonly values?: boolean;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly quiet?: boolean;
}

const help = `
Keys come in the order in which each side tells them, the first side before the second. A scan does not count as an
access: it leaves max-idle times alone where the store can do that.

Examples:
  kvtwin scan --side first --limit 20
  kvtwin scan --ndjson --values > keys.ndjson
  kvtwin scan --table sessions --prefix 2026-

Exit codes: 0 done · 3 one side could not be listed to its end · 4 unreachable · 5 credentials`;

export function registerScan(program: Command, context: CliContext): void {
  const command = program
    .command('scan')
    .summary('list the keys of each side')
    .description('Lists the keys of both sides, or of one.')
    .addOption(new Option('--side <side>', 'which side').choices(['first', 'second', 'both']).default('both'))
    .option('--prefix <text>', 'only keys that begin so')
    .option('--limit <count>', 'at most so many keys of each side', parseCount)
    .option('--values', 'with --ndjson: values too, as base64')
    .option('--ndjson', 'print one JSON object a line')
    .option('--json', 'the same as --ndjson')
    .option('-q, --quiet', 'no summary on stderr')
    .addHelpText('after', help)
    .action(action(context, (flags: ScanFlags) => scan(context, flags)));
  addTableOptions(addSideOptions(command));
}

async function scan(context: CliContext, flags: ScanFlags): Promise<ExitCode> {
  const selector = selectorOf(flags);
  return withSides(context, flags, async (sides) => {
    const { families } = sides;
    if (families === undefined) {
      throw new CliError('a front does not list keys', { hint: 'name the sides by --first and --second' });
    }
    const wanted =
      flags.side === 'both' ? ([0, 1] as const) : flags.side === 'first' ? ([0] as const) : ([1] as const);
    const failures: unknown[] = [];
    for (const at of wanted) {
      try {
        const count = await scanSide(context, sides.names, at, families[at], selector, flags);
        if (!flags.quiet)
          await writeLine(context.io.stderr, `${sides.names[at]}: ${formatCount(count)} keys`);
      } catch (error) {
        if (context.io.signal.aborted || wanted.length === 1) throw error;
        failures.push(error);
        const message = StoreError.is(error) ? `${error.message} (${error.code})` : String(error);
        await writeLine(context.io.stderr, `${sides.names[at]}: ${message}`);
      }
    }
    if (failures.length === wanted.length) throw failures[0];
    return failures.length === 0 ? ExitCode.ok : ExitCode.partial;
  });
}

async function scanSide(
  { io }: CliContext,
  names: Two<string>,
  at: 0 | 1,
  family: StoreFamily,
  selector: StoreSelector,
  flags: ScanFlags,
): Promise<number> {
  await family.ping({ signal: io.signal, timeoutMs: flags.timeout });
  const store = await family.open(selector);
  const side: Shown = { name: names[at], width: Math.max(...names.map((name) => name.length)) };
  const print =
    flags.json || flags.ndjson ? jsonPrinter(io, side, flags.values === true) : rowPrinter(io, side);
  const prefix = parseKey(flags.prefix ?? '', false);
  let count = 0;
  for await (const { entries } of store.scan({ signal: io.signal, timeoutMs: flags.timeout })) {
    for (const entry of entries) {
      if (!beginsWith(entry.key, prefix)) continue;
      await print(entry);
      count++;
      if (count === flags.limit) return count;
    }
  }
  return count;
}

interface Shown {
  readonly name: string;
  readonly width: number;
}

type Print = (entry: ScannedEntry) => Promise<void>;

function jsonPrinter(io: CliContext['io'], side: Shown, values: boolean): Print {
  return ({ key, entry }) => {
    const { value, version, expiration, createdAtMs, lastUsedAtMs } = entry;
    return writeJson(io.stdout, {
      side: side.name,
      ...keyToJson(key),
      version: version.token,
      bytes: value.length,
      ...(expiration.kind === 'unknown' ? {} : { expiration }),
      ...(createdAtMs === undefined ? {} : { createdAtMs }),
      ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs }),
      ...(values ? { value: Buffer.from(value).toString('base64') } : {}),
    });
  };
}

/** The key stands last, so that its width needs no guess. */
function rowPrinter(io: CliContext['io'], side: Shown): Print {
  const colors = colorsFor(io.stdout, io.env);
  return ({ key, entry }) => {
    const columns = [
      padEndColumns(side.name, side.width),
      formatVersion(entry.version).padEnd(entry.version.scheme === 'hotrod' ? 18 : 6),
      formatSize(entry.value.length).padStart(8),
      expirationText(entry, systemClock.nowMs()).padEnd(10),
    ];
    return writeLine(io.stdout, `${colors.dim(columns.join('  '))}  ${formatKey(key)}`);
  };
}
