import { HotRodServer } from '@kvtwin/hotrod-server';
import { HustDbNode } from '@kvtwin/hustdb-node';
import type { Command } from 'commander';
import { action, type CliContext } from '../cli-context.js';
import type { ExitCode } from '../exit-code.js';
import { listenError } from '../listen-error.js';
import { parsePort } from '../parse-number.js';
import { parseSizeBytes } from '../parse-size.js';
import { readUsers } from '../read-users.js';
import { type RunningServer, serveUntilStopped } from '../serve-until-stopped.js';

interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly cache?: string[];
  readonly maxRequest?: number;
  readonly authFile?: string;
  readonly json?: boolean;
}

/** Caches that are always there; the empty cache name means `default`. */
const standardCaches = ['default', 'octets', 'text', 'json'];

/** Storage formats other than application/octet-stream. */
const mediaTypes: Readonly<Record<string, string>> = { text: 'text/plain', json: 'application/json' };

const help = `
Everything is in memory and goes when the server stops. It listens on this machine only unless --host says otherwise.

Examples:
  kvtwin serve hotrod --port 11222 --cache users
  kvtwin serve hustdb --port 8085
  KVTWIN_AUTH=app:secret kvtwin serve hustdb --port 0 --json

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 the port is in use, or the command line is wrong`;

export function registerServe(program: Command, context: CliContext): void {
  const serve = program
    .command('serve')
    .summary('run an embedded server')
    .description('Runs one embedded, in-memory server until Ctrl-C.')
    .addHelpText('after', help);
  serve
    .command('hotrod')
    .description('A Hot Rod server, protocol 2.0 to 4.1.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, 11222)
    .option('--cache <name>', 'a cache to have besides the default one; may be repeated', collect)
    .option(
      '--max-request <size>',
      'longest request, so also the longest value (default: 10MiB)',
      parseSizeBytes,
    )
    .option('--json', 'print one line of JSON once it serves')
    .addHelpText('after', help)
    .action(action(context, (flags: ServeFlags) => serveHotRod(context, flags)));
  serve
    .command('hustdb')
    .description('A HustDB storage node: kv and hash.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0: any free one', parsePort, 8085)
    .option(
      '--auth-file <file>',
      'ask callers for one of these user:password lines (or KVTWIN_AUTH=user:password)',
    )
    .option('--json', 'print one line of JSON once it serves')
    .addHelpText('after', help)
    .action(action(context, (flags: ServeFlags) => serveHustDb(context, flags)));
}

function collect(name: string, names: string[] = []): string[] {
  return [...names, name];
}

async function serveHotRod(context: CliContext, flags: ServeFlags): Promise<ExitCode> {
  const { host, port } = flags;
  const names = [...new Set([...standardCaches, ...(flags.cache ?? [])])];
  const options = {
    host,
    port,
    caches: Object.fromEntries(names.map((name) => [name, { mediaType: mediaTypes[name] }])),
    defaultCache: 'default',
    ...(flags.maxRequest === undefined ? {} : { limits: { maxRequestBytes: flags.maxRequest } }),
  };
  const server = await listening(port, () => HotRodServer.listen(options));
  return run(context, 'hotrod', server, flags, names);
}

async function serveHustDb(context: CliContext, flags: ServeFlags): Promise<ExitCode> {
  const { host, port } = flags;
  const users = await readUsers(flags.authFile, context.io.env);
  const auth = users.map(({ name, password }) => ({ user: name, password }));
  const node = await listening(port, () => HustDbNode.listen({ host, port, auth }));
  return run(context, 'hustdb', node, flags, undefined);
}

function run(
  context: CliContext,
  serving: string,
  server: RunningServer,
  flags: ServeFlags,
  caches: readonly string[] | undefined,
): Promise<ExitCode> {
  const { host } = flags;
  const json = {
    serving,
    url: server.url,
    host,
    port: server.port,
    ...(caches === undefined ? {} : { caches }),
  };
  return serveUntilStopped(context, server, { json, lines: [server.url] }, flags.json === true);
}

async function listening<T>(port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw listenError(error, port);
  }
}
