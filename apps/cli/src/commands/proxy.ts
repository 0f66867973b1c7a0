import { readFile } from 'node:fs/promises';
import { JournalError } from '@kvtwin/journal';
import { type Compatibility, type ProxyOptions, type RunningProxy, startProxy } from '@kvtwin/proxy';
import { type Command, Option } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { listening } from '../command-line/listening.js';
import { serveUntilStopped } from '../command-line/serve-until-stopped.js';
import { parsePort } from '../options/parse-number.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { defaultProxyJournal } from '../proxy/proxy-journal.js';
import { readUsers } from '../proxy/read-users.js';
import { resolveSides, type Sides } from '../sides/resolve-sides.js';
import { withoutCredentials } from '../sides/without-credentials.js';

interface ProxyFlags extends SideFlags {
  readonly table?: string;
  readonly nodeAuthFile?: string;
  readonly setTableKey?: string;
  readonly host: string;
  readonly port: number;
  readonly compat: Compatibility;
  readonly authFile?: string;
  /** `false`: `--no-journal`. */
  readonly journal?: string | boolean;
  readonly json?: boolean;
}

const help = `
Speaks the dialect of HustDB HA: kv, hashes, sets, sorted sets, /get2 and the like, listings, the cache, administration.
  strict     answers as HustDB HA answers
  extended   also tells a one-sided key (409, X-Outcome: one-sided) and an unreadable side (503)

A write that only one side took is answered 200 with Sync, and brought to the other side when that is back. It is kept for
that in the directory --journal; one proxy to a directory.

--table serves a cluster of many pairs by its hustdbtable.json, routed as HustDB HA routes; SIGHUP reads the file anew.

Examples:
  kvtwin proxy --first hustdb://10.0.0.1:8085 --second hustdb://10.0.0.2:8085 --port 8082
  kvtwin proxy --first hotrod://lon:11222/users --second hotrod://nyc:11222/users --compat extended
  kvtwin proxy --table hustdbtable.json --node-auth-file node-user --auth-file users
  kvtwin proxy --pair hustdb+ha://ha.example:8082 --port 8090
  curl -i 'http://127.0.0.1:8082/hget2?tb=test_table&key=test_key'

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 the port is in use, or the command line is wrong · 4 unreachable ·
5 credentials`;

export function registerProxy(program: Command, context: CliContext): void {
  const command = program
    .command('proxy')
    .summary('serve two sides as HustDB HA does')
    .description('Serves the HustDB HA dialect over two sides, until Ctrl-C.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, 8082)
    .addOption(
      new Option('--compat <mode>', 'how closely to answer as HustDB HA')
        .choices(['strict', 'extended'])
        .default('strict'),
    )
    .option('--table <file>', "instead of two sides: a cluster's table file (hustdbtable.json)")
    .option(
      '--node-auth-file <file>',
      'the user:password line that the nodes of --table ask for (or KVTWIN_NODE_AUTH=user:password)',
    )
    .option('--set-table-key <file>', 'RSA public key (PEM) by which /set_table is allowed; with --table')
    .option(
      '--auth-file <file>',
      'ask callers for one of these user:password lines (or KVTWIN_AUTH=user:password)',
    )
    .option(
      '--journal <dir>',
      'where writes that one side missed are kept (default: below KVTWIN_STATE or ~/.local/state/kvtwin, by sides and port)',
    )
    .option('--no-journal', 'keep none: they are not brought along')
    .option('--json', 'print one line of JSON once it serves')
    .addHelpText('after', help)
    .action(action(context, (flags: ProxyFlags) => proxy(context, flags)));
  addSideOptions(command);
}

async function proxy(context: CliContext, flags: ProxyFlags): Promise<ExitCode> {
  const { io } = context;
  const users = await readUsers(flags.authFile, io.env);
  const { host, port, compat } = flags;
  const over = await backendsOf(flags, io.env);
  const journal = journalOf(flags, over.options, io.env);
  const common = { host, port, compat, users, sideTimeoutMs: flags.timeout };
  const kept = journal === undefined ? {} : { journal };
  const server = await listening(port, () => startProxy({ ...common, ...over.options, ...kept })).catch(
    journalError,
  );
  const { shown } = over;
  const json = { serving: 'proxy', url: server.url, host, port: server.port, compat, ...shown, ...kept };
  const lines = [`${server.url}  ${compat}, over ${Object.values(shown).join(' and ')}`];
  const stopListening = flags.table === undefined ? undefined : io.onHangUp?.(() => void reload(io, server));
  try {
    return await serveUntilStopped(context, server, { json, lines }, flags.json === true);
  } finally {
    stopListening?.();
  }
}

function journalOf(
  { journal, port }: ProxyFlags,
  { table, pair, first, second }: Partial<ProxyOptions>,
  env: CliIo['env'],
): string | false | undefined {
  if (typeof journal === 'string') return journal;
  if (journal === false) return false;
  const url = (side: unknown): string | undefined => (typeof side === 'string' ? side : undefined);
  return defaultProxyJournal({ port, table, pair: url(pair), first: url(first), second: url(second) }, env);
}

function journalError(error: unknown): never {
  if (!JournalError.is(error)) throw error;
  const hint =
    error.code === 'JOURNAL_LOCKED'
      ? 'give each proxy a --journal of its own'
      : 'kvtwin diff finds what a damaged journal does not tell any more';
  throw new CliError(error.message, { hint, cause: error });
}

/** What the proxy stands on: options for it, and what is shown of them. */
interface Backends {
  readonly options: Partial<ProxyOptions>;
  readonly shown: Readonly<Record<string, string>>;
}

async function backendsOf(flags: ProxyFlags, env: CliIo['env']): Promise<Backends> {
  if (flags.table !== undefined) return tableOf(flags.table, flags, env);
  const stray =
    flags.nodeAuthFile === undefined ? flags.setTableKey && '--set-table-key' : '--node-auth-file';
  if (stray) throw new CliError(`${stray} is for a cluster`, { hint: 'add --table FILE, or leave it out' });
  const sides = await resolveSides(flags, env);
  const urls = urlsOf(sides);
  return {
    options: { ...urls, ...(sides.versions === undefined ? {} : { versions: sides.versions }) },
    shown: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, withoutCredentials(url)])),
  };
}

async function tableOf(table: string, flags: ProxyFlags, env: CliIo['env']): Promise<Backends> {
  if ((flags.first ?? flags.second ?? flags.pair ?? flags.profile) !== undefined) {
    throw new CliError('--table names the nodes already', {
      hint: 'leave out --first, --second, --pair and --profile',
    });
  }
  const [nodeUser, ...others] = await readUsers(flags.nodeAuthFile, { KVTWIN_AUTH: env.KVTWIN_NODE_AUTH });
  if (others.length > 0) throw new CliError('the nodes of a table share one user', { hint: 'one line only' });
  const setTableKey = flags.setTableKey === undefined ? undefined : await readPem(flags.setTableKey);
  return {
    options: {
      table,
      ...(nodeUser === undefined ? {} : { nodeUser }),
      ...(setTableKey === undefined ? {} : { setTableKey }),
    },
    shown: { table },
  };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

async function reload(io: CliIo, server: RunningProxy): Promise<void> {
  try {
    await server.reload();
    io.stderr.write('the table was read anew\n');
  } catch (error) {
    io.stderr.write(`warning: the old table is served on: ${(error as Error).message}\n`);
  }
}

function urlsOf(sides: Sides): Record<string, string> {
  return sides.kind === 'pair' ? { pair: sides.url } : { first: sides.urls[0], second: sides.urls[1] };
}
