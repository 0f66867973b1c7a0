import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { parseTtlMs } from '../options/parse-duration.js';
import { readInput, readStdin } from '../options/read-input.js';
import { addSideOptions, type SideFlags } from '../options/side-options.js';
import { addTableOptions, selectorOf, type TableFlags } from '../options/table-options.js';
import { writeSideOption } from '../options/write-side-option.js';
import { parseBase64, parseKey } from '../output/key-text.js';
import { reportWrite } from '../output/report-write.js';
import { type WriteSide, writeKey } from '../pair/write-key.js';
import { withSides } from '../sides/with-sides.js';

interface PutFlags extends SideFlags, TableFlags {
  readonly keyBase64?: boolean;
  readonly value?: string;
  readonly valueFile?: string;
  /** `true`: what --value, --value-file or stdin gives is base64. */
  readonly valueBase64?: string | true;
  readonly ttl?: number;
  readonly ifVersion?: string;
  readonly side: WriteSide;
  readonly json?: boolean;
}

const help = `
The first side is written, then the second, and the second also when the first did not take it. Each side says how it
went: applied, rejected (it answered no), or unknown (it may have happened).

Examples:
  kvtwin put user:42 '{"name":"Ada"}'
  kvtwin put user:42 --value-file ada.json --ttl 1h
  kvtwin get user:42 --raw first | kvtwin put user:42 --side second --if-version 0x0002000200000044
  kvtwin put --key-base64 AAH/ --value-base64 AP8=

Exit codes: 0 done · 3 only one side took it · 4 a side is unreachable · 5 credentials · 6 another version`;

export function registerPut(program: Command, context: CliContext): void {
  const command = program
    .command('put')
    .summary('write a key to both sides')
    .description(
      'Writes a value to both sides, or to one. The value comes from the command line, a file, or stdin.',
    )
    .argument('<key>', 'the key as UTF-8 text')
    .argument('[value]', 'the value as UTF-8 text')
    .option('--key-base64', 'the key is given as base64')
    .option('--value <text>', 'the value as UTF-8 text')
    .option('--value-file <file>', 'the value is what this file holds (- for stdin)')
    .option(
      '--value-base64 [base64]',
      'the value as base64; without a value: what is given otherwise is base64',
    )
    .option('--ttl <duration>', 'remove it after this time; a plain number counts seconds', parseTtlMs)
    .option('--if-version <version>', 'only where this is the version; FIRST,SECOND for versions per side')
    .addOption(writeSideOption())
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(
      action(context, (key: string, value: string | undefined, flags: PutFlags) =>
        put(context, key, value, flags),
      ),
    );
  addTableOptions(addSideOptions(command));
}

async function put(
  context: CliContext,
  keyText: string,
  valueText: string | undefined,
  flags: PutFlags,
): Promise<ExitCode> {
  const key = parseKey(keyText, flags.keyBase64 === true);
  const selector = selectorOf(flags);
  const value = await givenValue(context, valueText, flags);
  return withSides(context, flags, async (sides) => {
    const write = await writeKey(sides, selector, {
      key,
      value,
      side: flags.side,
      signal: context.io.signal,
      timeoutMs: flags.timeout,
      ...(flags.ifVersion === undefined ? {} : { ifVersion: flags.ifVersion }),
      ...(flags.ttl === undefined ? {} : { lifespanMs: flags.ttl }),
    });
    return reportWrite(context, { key, write, names: sides.names, absentIsDone: false }, flags.json === true);
  });
}

async function givenValue(
  { io }: CliContext,
  argument: string | undefined,
  flags: PutFlags,
): Promise<Uint8Array> {
  const inBase64 = typeof flags.valueBase64 === 'string' ? flags.valueBase64 : undefined;
  const given = [argument, flags.value, flags.valueFile, inBase64].filter((source) => source !== undefined);
  if (given.length > 1) {
    throw new CliError('the value is given more than once', {
      hint: 'one of VALUE, --value, --value-file, --value-base64',
    });
  }
  if (inBase64 !== undefined) return parseBase64(inBase64, 'the value');
  const text = argument ?? flags.value;
  const bytes = text === undefined ? await bytesFrom(io, flags.valueFile) : new TextEncoder().encode(text);
  return flags.valueBase64 === true ? parseBase64(Buffer.from(bytes).toString('latin1'), 'the value') : bytes;
}

async function bytesFrom(io: CliContext['io'], file: string | undefined): Promise<Uint8Array> {
  if (file !== undefined) return readInput(file, io);
  if (io.stdin.isTTY) {
    throw new CliError('no value', { hint: 'give it as an argument, by --value-file, or through stdin' });
  }
  return readStdin(io);
}
