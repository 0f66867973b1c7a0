import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { writeSideOption } from '../options/write-side-option.js';
import { parseKey } from '../output/key-text.js';
import { reportWrite } from '../output/report-write.js';
import { type WriteSide, writeKey } from '../pair/write-key.js';
import { withSides } from '../sides/with-sides.js';

interface DelFlags extends SideFlags, TableFlags {
  readonly keyBase64?: boolean;
  readonly ifVersion?: string;
  readonly side: WriteSide;
  readonly json?: boolean;
}

const help = `
Examples:
  kvtwin del user:42
  kvtwin del cart:1207 --side second --if-version 0x0002000200000044

Exit codes: 0 done (also where it was absent already) · 3 only one side did it · 4 a side is unreachable ·
5 credentials · 6 another version`;

export function registerDel(program: Command, context: CliContext): void {
  const command = program
    .command('del')
    .summary('remove a key from both sides')
    .description('Removes a key from both sides, or from one.')
    .argument('<key>', 'the key as UTF-8 text')
    .option('--key-base64', 'the key is given as base64')
    .option('--if-version <version>', 'only where this is the version; FIRST,SECOND for versions per side')
    .addOption(writeSideOption())
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(action(context, (key: string, flags: DelFlags) => del(context, key, flags)));
  addTableOptions(addSideOptions(command));
}

async function del(context: CliContext, keyText: string, flags: DelFlags): Promise<ExitCode> {
  const key = parseKey(keyText, flags.keyBase64 === true);
  const selector = selectorOf(flags);
  return withSides(context, flags, async (sides) => {
    const write = await writeKey(sides, selector, {
      key,
      side: flags.side,
      signal: context.io.signal,
      timeoutMs: flags.timeout,
      ...(flags.ifVersion === undefined ? {} : { ifVersion: flags.ifVersion }),
    });
    const absentIsDone = flags.ifVersion === undefined;
    return reportWrite(context, { key, write, names: sides.names, absentIsDone }, flags.json === true);
  });
}
