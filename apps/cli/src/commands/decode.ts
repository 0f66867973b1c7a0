import { readFile, stat } from 'node:fs/promises';
import { parseHex } from '@kvtwin/bytes';
import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { decodeHustDbReply } from '../decode/decode-hustdb-reply.js';
import { decodeNdjson } from '../decode/decode-ndjson.js';
import { printExchange } from '../decode/print-exchange.js';
import { readStdin } from '../options/read-input.js';

interface DecodeFlags {
  readonly ndjson?: boolean;
  readonly hustdb?: string;
  readonly head?: boolean;
  readonly json?: boolean;
}

const help = `
A request or response is given as hex, or as a file that holds hex or the raw bytes. Without arguments two lines of
hex are read from stdin. A response alone cannot be decoded: Hot Rod replies do not say what they answer.

Examples:
  kvtwin decode a0011417000001ffffffff0f a101180000
  kvtwin decode request.bin response.bin --json
  kvtwin decode --ndjson < exchanges.ndjson
  kvtwin decode --hustdb /hget2 reply.http

With --ndjson each line is {"name", "request_hex", "response_hex"}, and one line is printed for each: name, ok,
request, response, reencodes, or error; or skipped with the reason.

Exit codes: 0 decoded (with --ndjson: no row is ok: false or reencodes: false) · 3 not decoded to the end`;

export function registerDecode(program: Command, context: CliContext): void {
  program
    .command('decode')
    .summary('show what bytes on the wire say')
    .description('Decodes a Hot Rod request and its response, or a pair reply of HustDB HA.')
    .argument('[request]', 'the request: hex or a file; with --hustdb the file with the reply')
    .argument('[response]', 'the response: hex or a file')
    .option('--json', 'print one JSON object')
    .option('--ndjson', 'read exchanges from stdin, one JSON object a line')
    .option('--hustdb <endpoint>', 'read a raw HTTP reply to /get2, /hget2, /zscore2 or /sismember2')
    .option('--head', 'with --hustdb: the reply answers HEAD')
    .addHelpText('after', help)
    .action(
      action(context, (request: string | undefined, response: string | undefined, flags: DecodeFlags) =>
        decode(context, request, response, flags),
      ),
    );
}

async function decode(
  context: CliContext,
  request: string | undefined,
  response: string | undefined,
  flags: DecodeFlags,
): Promise<ExitCode> {
  if (flags.hustdb !== undefined) {
    if (flags.ndjson) throw new CliError('--ndjson reads Hot Rod exchanges, --hustdb one HTTP reply');
    if (response !== undefined) throw new CliError('--hustdb reads one file');
    const file = request ?? '-';
    return decodeHustDbReply(context, { endpoint: flags.hustdb, head: flags.head === true, file });
  }
  if (flags.head) throw new CliError('--head goes with --hustdb');
  if (flags.ndjson) {
    if (response !== undefined) throw new CliError('--ndjson reads stdin, or one file');
    return decodeNdjson(context, request);
  }
  const [there, back] = await exchangeOf(context, request, response);
  return printExchange(context, there, back, flags.json === true);
}

async function exchangeOf(
  { io }: CliContext,
  request: string | undefined,
  response: string | undefined,
): Promise<[Uint8Array, Uint8Array | undefined]> {
  if (request !== undefined) {
    return [
      await bytesOf(request, 'the request'),
      response === undefined ? undefined : await bytesOf(response, 'the response'),
    ];
  }
  if (io.stdin.isTTY)
    throw new CliError('nothing to decode', { hint: 'kvtwin decode --help shows examples' });
  const text = Buffer.from(await readStdin(io)).toString('latin1');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > 2) {
    throw new CliError(`${lines.length} lines on stdin`, {
      hint: 'the request in hex, then the response in hex',
    });
  }
  return [
    hexOf(lines[0]!, 'the request'),
    lines[1] === undefined ? undefined : hexOf(lines[1], 'the response'),
  ];
}

async function bytesOf(text: string, what: string): Promise<Uint8Array> {
  const isFile = await stat(text).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return hexOf(text, what);
  const content = await readFile(text);
  const inHex = Buffer.from(content).toString('latin1');
  return /^\s*(0x)?[0-9a-fA-F\s]*$/.test(inHex) ? hexOf(inHex, what) : content;
}

function hexOf(text: string, what: string): Uint8Array {
  try {
    return parseHex(text);
  } catch (error) {
    throw new CliError(`${what} is neither hex nor a file: ${(error as Error).message}`, { cause: error });
  }
}
