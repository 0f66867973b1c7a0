import { HustDbNode, HustDbNodeError } from '@kvtwin/hustdb-node';
import { JournalError } from '@kvtwin/journal';
import { openBackend } from '@kvtwin/proxy';
import type { StoreFamily } from '@kvtwin/versioned-value';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import type { CliOutput } from '../command-line/cli-io.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { listening } from '../command-line/listening.js';
import { serveUntilStopped } from '../command-line/serve-until-stopped.js';
import { parsePort } from '../options/parse-number.js';
import { parseSizeBytes } from '../options/parse-size.js';
import { readUsers } from '../proxy/read-users.js';
import { withoutCredentials } from '../sides/without-credentials.js';

interface ServeHustDbFlags {
  readonly host: string;
  readonly port: number;
  readonly data?: string;
  readonly store?: string;
  readonly quirks?: boolean;
  readonly maxMemory?: number;
  readonly authFile?: string;
  readonly json?: boolean;
}

const help = `
Without --data everything is in memory and goes when the node stops. With it, a write is answered once it is on disk, and a
node that was stopped or killed comes back with its data; the cache (/hustcache) is always in memory. One process a directory.

--store takes the data from another store, which must count versions as HustDB does: hotrod://…?envelope=1 (a counter before
each value), hustdb://…, memory:NAME?envelope=1. In a Hot Rod cache keys then stand behind a type byte (layout=typed).

It listens on this machine only unless --host says otherwise, and lets everybody in unless --auth-file does not.

Examples:
  kvtwin serve hustdb --port 8085 --data ./node1 --auth-file users
  kvtwin serve hustdb --port 8085 --store 'hotrod://app:secret@cache.example:11222/users?envelope=1'
  KVTWIN_AUTH=app:secret kvtwin serve hustdb --port 0 --json
  curl -d hello 'http://127.0.0.1:8085/hustdb/put?key=a' && curl -i 'http://127.0.0.1:8085/hustdb/get?key=a'

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 the port or the directory is in use, or the command line is wrong ·
4 the store of --store cannot be reached · 5 it refuses the credentials`;

/** Adds `kvtwin serve hustdb`. */
export function addServeHustDb(serve: Command, context: CliContext): void {
  serve
    .command('hustdb')
    .summary('an embedded HustDB storage node')
    .description('A HustDB storage node: kv, hashes, sets, sorted sets and the cache.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, 8085)
    .option('--data <directory>', 'keep the data there; made if it is not there')
    .option('--store <url>', 'serve the data of this store instead: hotrod://…?envelope=1, hustdb://…')
    .option(
      '--max-memory <size>',
      'keys and values together; a write past it is answered 403 (default: 1GiB)',
      parseSizeBytes,
    )
    .option('--quirks', "show HustDB 1.9's version defect: from 64 on reads tell other numbers than writes")
    .option(
      '--auth-file <file>',
      'ask callers for one of these user:password lines (or KVTWIN_AUTH=user:password)',
    )
    .option('--json', 'print one line of JSON once it serves')
    .addHelpText('after', help)
    .action(action(context, (flags: ServeHustDbFlags) => serveHustDb(context, flags)));
}

async function serveHustDb(context: CliContext, flags: ServeHustDbFlags): Promise<ExitCode> {
  const { host, port, data } = flags;
  const { io } = context;
  if (flags.store !== undefined && flags.quirks === true) {
    throw new CliError(
      '--quirks is about versions that the node counts itself; with --store the store does',
      {
        hint: 'leave one of them out',
      },
    );
  }
  const users = await readUsers(flags.authFile, io.env);
  const store = flags.store === undefined ? undefined : await openStore(flags.store);
  const node = await listening(port, () =>
    HustDbNode.listen({
      host,
      port,
      auth: users.map(({ name, password }) => ({ user: name, password })),
      quirks: { versions: flags.quirks === true },
      ...(flags.maxMemory === undefined ? {} : { maxBytes: flags.maxMemory }),
      ...(data === undefined ? {} : { data }),
      store,
      onDataFailure: (error) => complain(io.stderr, `writes are refused from now on: ${messageOf(error)}`),
      onError: complainOnce(io.stderr),
    }),
  ).catch(async (error: unknown) => {
    await store?.close();
    throw startError(error);
  });
  if (node.repairedBytes > 0) {
    complain(io.stderr, `${node.repairedBytes} bytes of a write that was cut off were taken away`);
  }
  const kept = {
    ...(data === undefined ? {} : { data }),
    ...(flags.store === undefined ? {} : { store: withoutCredentials(flags.store) }),
  };
  const json = { serving: 'hustdb', url: node.url, host, port: node.port, ...kept };
  const lines = [[node.url, ...Object.entries(kept).map(([name, where]) => `${name} ${where}`)].join('  ')];
  return serveUntilStopped(context, node, { json, lines }, flags.json === true);
}

/** Asks it once, so that a wrong address or credentials show at once. */
async function openStore(url: string): Promise<StoreFamily> {
  const { family } = await openBackend(url, { layout: 'typed' });
  try {
    await family.ping();
    return family;
  } catch (error) {
    await family.close();
    throw error;
  }
}

function startError(error: unknown): unknown {
  if (JournalError.is(error) && error.code === 'JOURNAL_LOCKED') {
    return new CliError(error.message, { hint: 'one node writes to a data directory', cause: error });
  }
  if (HustDbNodeError.is(error) && error.code === 'HUSTDB_NODE_OPTIONS') {
    return new CliError(error.message, { hint: 'add ?envelope=1 to the URL of --store', cause: error });
  }
  return error;
}

/** The first of each kind; a store that is down fails every request. */
function complainOnce(output: CliOutput): (error: unknown) => void {
  const told = new Set<unknown>();
  return (error) => {
    const code = (error as { code?: unknown } | null)?.code;
    if (told.has(code)) return;
    told.add(code);
    complain(output, `a request was answered 500: ${messageOf(error)} (told once)`);
  };
}

function complain(output: CliOutput, message: string): void {
  output.write(`warning: ${message}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
