import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { untilStopped } from '../command-line/until-stopped.js';
import { demoProfileName, writeDemoProfile } from '../demo/demo-profile.js';
import { demoToJson, describeDemo } from '../demo/describe-demo.js';
import { type Demo, startDemo } from '../demo/start-demo.js';
import { siteUrl } from '../demo/start-sites.js';
import { parsePort, parseSeed } from '../options/parse-number.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';

interface DemoFlags {
  readonly seed: number;
  readonly port: number;
  readonly json?: boolean;
}

const help = `
Two embedded Hot Rod sites that drifted apart, an embedded HustDB pair, and a proxy over each. Everything is in
memory. While it runs the profile "demo" is active, so that kvtwin diff and kvtwin get need no URLs. Ctrl-C ends it
all and leaves nothing behind. The same --seed gives the same data.

Examples:
  kvtwin demo
  kvtwin demo --seed 7 --port 0 --json

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 no port could be had`;

export function registerDemo(program: Command, context: CliContext): void {
  program
    .command('demo')
    .summary('run everything at once, with data that drifted apart')
    .description('Runs two Hot Rod sites, a HustDB pair and proxies over them, until Ctrl-C.')
    .option('--seed <number>', 'which data', parseSeed, 42)
    .option('--port <port>', 'port of the first proxy, or the next free one; 0: any', parsePort, 8082)
    .option('--json', 'print one line of JSON once it serves')
    .addHelpText('after', help)
    .action(action(context, (flags: DemoFlags) => demo(context, flags)));
}

async function demo(context: CliContext, flags: DemoFlags): Promise<ExitCode> {
  const running = await startDemo(flags.seed, flags.port);
  try {
    await serve(context, running, flags);
  } finally {
    await running.close();
  }
  return ExitCode.ok;
}

async function serve({ io }: CliContext, running: Demo, flags: DemoFlags): Promise<void> {
  const [first, second] = [siteUrl(running.sites.lon), siteUrl(running.sites.nyc)];
  const sides = { first, second, names: ['lon', 'nyc'] as const };
  const removeProfile = await writeDemoProfile(io, sides).catch(async (error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    await writeLine(io.stderr, `no profile "${demoProfileName}": ${error.message}`);
    return undefined;
  });
  try {
    if (flags.json) {
      await writeJson(io.stdout, demoToJson(running, flags.seed, removeProfile && demoProfileName));
    } else {
      const diff =
        removeProfile === undefined
          ? `npx kvtwin diff --first '${first}' --second '${second}'`
          : `npx kvtwin diff              (profile "${demoProfileName}" is active)`;
      const { columns, isTTY } = io.stdout;
      const look = {
        colors: colorsFor(io.stdout, io.env),
        columns: isTTY ? columns : Number.POSITIVE_INFINITY,
      };
      for (const line of describeDemo(running, flags.seed, diff, look)) await writeLine(io.stdout, line);
      await writeLine(io.stderr, '  Ctrl-C stops it and leaves nothing behind.');
    }
    await untilStopped(io.signal);
  } finally {
    await removeProfile?.();
  }
}
