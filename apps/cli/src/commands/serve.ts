import { HotRodServer } from '@kvtwin/hotrod-server';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { listening } from '../command-line/listening.js';
import { serveUntilStopped } from '../command-line/serve-until-stopped.js';
import { parsePort } from '../options/parse-number.js';
import { parseSizeBytes } from '../options/parse-size.js';
import { addServeHustDb } from './serve-hustdb.js';

interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly cache?: string[];
  readonly maxRequest?: number;
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
  kvtwin serve hotrod --port 0 --json

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 the port is in use, or the command line is wrong`;

const serveHelp = `
Examples:
  kvtwin serve hotrod --port 11222 --cache users
  kvtwin serve hustdb --port 8085 --data ./node1

kvtwin serve hotrod --help and kvtwin serve hustdb --help tell their options.

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 the port is in use, or the command line is wrong`;

export function registerServe(program: Command, context: CliContext): void {
  const serve = program
    .command('serve')
    .summary('run an embedded server')
    .description('Runs one embedded server until Ctrl-C.')
    .addHelpText('after', serveHelp);
  serve
    .command('hotrod')
    .summary('an embedded Hot Rod server')
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
  addServeHustDb(serve, context);
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
  const json = { serving: 'hotrod', url: server.url, host, port: server.port, caches: names };
  return serveUntilStopped(context, server, { json, lines: [server.url] }, flags.json === true);
}
