import { createRequire } from 'node:module';
import { Command } from 'commander';
import type { CliContext } from './cli-context.js';
import { registerApply } from './commands/apply.js';
import { registerDecode } from './commands/decode.js';
import { registerDel } from './commands/del.js';
import { registerDemo } from './commands/demo.js';
import { registerDiff } from './commands/diff.js';
import { registerGet } from './commands/get.js';
import { registerJob } from './commands/job.js';
import { registerPlan } from './commands/plan.js';
import { registerProfile } from './commands/profile.js';
import { registerProxy } from './commands/proxy.js';
import { registerPut } from './commands/put.js';
import { registerScan } from './commands/scan.js';
import { registerServe } from './commands/serve.js';
import { registerUndo } from './commands/undo.js';

const { version } = createRequire(import.meta.url)('kvtwin/package.json') as { version: string };

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

Exit codes: 0 agree or done · 1 usage or configuration · 2 differences · 3 partial · 4 unreachable · 5 credentials ·
6 compare-and-set failed · 130 interrupted
Data goes to stdout, everything else to stderr. NO_COLOR and FORCE_COLOR are obeyed.`;

/** The whole command line. It never ends the process; it throws what commander and the commands throw. */
export function createProgram(context: CliContext): Command {
  const { stdout, stderr } = context.io;
  const program = new Command('kvtwin')
    .description('Compares two copies of the same keys, and says exactly where they disagree.')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .showSuggestionAfterError()
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
  for (const register of [
    registerGet,
    registerPut,
    registerDel,
    registerScan,
    registerDiff,
    registerPlan,
    registerApply,
    registerUndo,
    registerJob,
    registerDecode,
    registerServe,
    registerProxy,
    registerDemo,
    registerProfile,
  ]) {
    register(program, context);
  }
  return program;
}

function helpWidth(columns: number): number {
  return Math.min(Math.max(columns, 60), 120);
}
