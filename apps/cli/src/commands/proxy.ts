import { type Compatibility, startProxy } from '@kvtwin/proxy';
import { type Command, Option } from 'commander';
import { action, type CliContext } from '../cli-context.js';
import type { ExitCode } from '../exit-code.js';
import { listenError } from '../listen-error.js';
import { parsePort } from '../parse-number.js';
import { readUsers } from '../read-users.js';
import { resolveSides, type Sides } from '../resolve-sides.js';
import { serveUntilStopped } from '../serve-until-stopped.js';
import { addSideOptions, type SideFlags } from '../side-options.js';
import { withoutCredentials } from '../without-credentials.js';

interface ProxyFlags extends SideFlags {
  readonly host: string;
  readonly port: number;
  readonly compat: Compatibility;
  readonly authFile?: string;
  readonly json?: boolean;
}

const help = `
Speaks the dialect of HustDB HA: /get /get2 /put /del /exist and /hget /hget2 /hset /hdel /hexist.
  strict     answers as HustDB HA answers
  extended   also tells a one-sided key (409, X-Outcome: one-sided) and an unreadable side (503)

Examples:
  kvtwin proxy --first hustdb://10.0.0.1:8085 --second hustdb://10.0.0.2:8085 --port 8082
  kvtwin proxy --first hotrod://lon:11222/users --second hotrod://nyc:11222/users --compat extended
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
    .option(
      '--auth-file <file>',
      'ask callers for one of these user:password lines (or KVTWIN_AUTH=user:password)',
    )
    .option('--json', 'print one line of JSON once it serves')
    .addHelpText('after', help)
    .action(action(context, (flags: ProxyFlags) => proxy(context, flags)));
  addSideOptions(command);
}

async function proxy(context: CliContext, flags: ProxyFlags): Promise<ExitCode> {
  const { env } = context.io;
  const sides = await resolveSides(flags, env);
  const users = await readUsers(flags.authFile, env);
  const { host, port, compat } = flags;
  const common = { host, port, compat, users, sideTimeoutMs: flags.timeout, versions: sides.versions };
  const server = await startProxy({ ...common, ...urlsOf(sides) }).catch((error: unknown) => {
    throw listenError(error, port);
  });
  const shown = Object.fromEntries(
    Object.entries(urlsOf(sides)).map(([name, url]) => [name, withoutCredentials(url)]),
  );
  const json = { serving: 'proxy', url: server.url, host, port: server.port, compat, ...shown };
  const lines = [`${server.url}  ${compat}, over ${Object.values(shown).join(' and ')}`];
  return serveUntilStopped(context, server, { json, lines }, flags.json === true);
}

function urlsOf(sides: Sides): Record<string, string> {
  return sides.kind === 'pair' ? { pair: sides.url } : { first: sides.urls[0], second: sides.urls[1] };
}
