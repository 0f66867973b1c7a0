import { createRequire } from 'node:module';
import { Command } from 'commander';
import type { CliContext } from './command-line/cli-context.js';
import { addFieldsOption } from './options/fields-option.js';

const { version } = createRequire(import.meta.url)('kvtwin/package.json') as { version: string };

type Register = (program: Command, context: CliContext) => void;

/** The commands in the order of the help. Each is loaded where it is asked for only: clients and servers take their time. */
const commands: readonly (readonly [name: string, load: () => Promise<Register>])[] = [
  ['get', async () => (await import('./commands/get.js')).registerGet],
  ['put', async () => (await import('./commands/put.js')).registerPut],
  ['del', async () => (await import('./commands/del.js')).registerDel],
  ['scan', async () => (await import('./commands/scan.js')).registerScan],
  ['diff', async () => (await import('./commands/diff.js')).registerDiff],
  ['plan', async () => (await import('./commands/plan.js')).registerPlan],
  ['apply', async () => (await import('./commands/apply.js')).registerApply],
  ['undo', async () => (await import('./commands/undo.js')).registerUndo],
  ['resolve', async () => (await import('./commands/resolve.js')).registerResolve],
  ['migrate', async () => (await import('./commands/migrate.js')).registerMigrate],
  ['verify', async () => (await import('./commands/verify.js')).registerVerify],
  ['conflicts', async () => (await import('./commands/conflicts.js')).registerConflicts],
  ['watch', async () => (await import('./commands/watch.js')).registerWatch],
  ['export', async () => (await import('./commands/export.js')).registerExport],
  ['import', async () => (await import('./commands/import.js')).registerImport],
  ['job', async () => (await import('./commands/job.js')).registerJob],
  ['decode', async () => (await import('./commands/decode.js')).registerDecode],
  ['shell', async () => (await import('./commands/shell.js')).registerShell],
  ['trace', async () => (await import('./commands/trace.js')).registerTrace],
  ['bench', async () => (await import('./commands/bench.js')).registerBench],
  ['doctor', async () => (await import('./commands/doctor.js')).registerDoctor],
  ['serve', async () => (await import('./commands/serve.js')).registerServe],
  ['proxy', async () => (await import('./commands/proxy.js')).registerProxy],
  ['demo', async () => (await import('./commands/demo.js')).registerDemo],
  ['profile', async () => (await import('./commands/profile.js')).registerProfile],
  ['help', async () => (await import('./commands/help.js')).registerHelp],
  ['completion', async () => (await import('./commands/completion.js')).registerCompletion],
];

const help = `
The two sides: --first URL --second URL, or KVTWIN_FIRST and KVTWIN_SECOND, or --pair URL, or a profile.
  hotrod://[user:password@]host[:11222][/cache]    Infinispan, Data Grid (hotrods:// with TLS)
  hustdb://[user:password@]host[:8085]             a HustDB storage node
  hustdb+ha://[user:password@]host[:8082]          a HustDB HA front, as --pair
  memory:NAME                                      embedded, for a proxy

First steps:
  kvtwin demo                     two sites that drifted apart, and proxies over them
  kvtwin diff                     where they differ        (in another terminal)
  kvtwin get user:42              one key on both sides

kvtwin COMMAND --help shows all about a command, kvtwin help exit-codes and kvtwin help environment what holds for all.
Exit codes: 0 agree or done · 1 usage or configuration · 2 differences · 3 partial · 4 unreachable · 5 credentials ·
6 compare-and-set failed · 130 interrupted
Data goes to stdout, everything else to stderr. NO_COLOR and FORCE_COLOR are obeyed.`;

/**
 * The command line: the command that `args` begin with, or all of them where they begin with none. It never ends the
 * process; it throws what commander and the commands throw.
 */
export async function createProgram(context: CliContext, args: readonly string[] = []): Promise<Command> {
  const { stdout, stderr } = context.io;
  const program = new Command('kvtwin')
    .description('Compares two copies of the same keys, and says exactly where they disagree.')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .showSuggestionAfterError()
    .helpCommand(false)
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => helpWidth(stdout.columns),
      getErrHelpWidth: () => helpWidth(stderr.columns),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const load of loadersFor(args[0])) {
    const register = await load();
    register(program, context);
  }
  addFieldsOption(program, context);
  return program;
}

function loadersFor(word: string | undefined): (() => Promise<Register>)[] {
  if (word === '--version' || word === '-V') return [];
  const asked = commands.filter(([name]) => name === word);
  return (asked.length > 0 ? asked : commands).map(([, load]) => load);
}

function helpWidth(columns: number): number {
  return Math.min(Math.max(columns, 60), 120);
}
