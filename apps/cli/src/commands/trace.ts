import type { Command } from 'commander';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import type { ExitCode } from '../command-line/exit-code.js';
import { ExitCode as Exit } from '../command-line/exit-code.js';
import { listening } from '../command-line/listening.js';
import { untilStopped } from '../command-line/until-stopped.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';
import { resolveSide } from '../sides/resolve-side.js';
import { LossyOutput } from '../trace/lossy-output.js';
import { RecordingFile } from '../trace/recording-file.js';
import { startTraceProxy } from '../trace/start-trace-proxy.js';
import { type TraceTarget, traceTarget } from '../trace/trace-target.js';
import { TraceTeller } from '../trace/trace-teller.js';

interface TraceFlags {
  readonly listen: string;
  readonly record?: string;
  readonly hex?: boolean;
  readonly ndjson?: boolean;
  readonly quiet?: boolean;
}

const help = `
The trace listens on this machine, passes every byte on as it is, and prints a line for each request and each reply:
time, connection, operation, message id, protocol, cache, keys and values in short, status, latency. Point the client
at the address it prints. What logins say is masked. A reader that is too slow loses lines, which are counted; the
client never waits for it.

A client that follows the cluster learns the servers' own addresses and goes there, past the trace: give it
intelligence BASIC (client_intelligence=BASIC in its URL or properties), or trace a single server. For hotrods:// the
trace speaks TLS with the server, and the client plain TCP with the trace.

Examples:
  kvtwin trace hotrod://127.0.0.1:11222
  kvtwin trace hotrod://lon.example --listen 127.0.0.1:11300 --hex
  kvtwin trace lon --record calls.ndjson --quiet
  kvtwin decode --ndjson calls.ndjson

Exit codes: 0 stopped by SIGINT or SIGTERM · 1 the command line is wrong, the port is in use, or FILE is there already`;

export function registerTrace(program: Command, context: CliContext): void {
  program
    .command('trace')
    .summary('print what a Hot Rod client and a server say')
    .description('Stands between a Hot Rod client and a server, and prints what they say as people read it.')
    .argument('<server>', 'hotrod://HOST:PORT, hotrods://HOST:PORT, or a profile that is one side')
    .option(
      '--listen <address>',
      'where the client connects: HOST:PORT, port 0 takes a free one',
      '127.0.0.1:0',
    )
    .option('--record <file>', 'write every exchange to a new file, for kvtwin decode --ndjson')
    .option('--hex', 'print the bytes of each message too, field by field')
    .option('--ndjson', 'print one JSON object a line')
    .option('-q, --quiet', 'print no messages, only the address and the summary')
    .addHelpText('after', help)
    .action(action(context, (server: string, flags: TraceFlags) => trace(context, server, flags)));
}

async function trace(context: CliContext, server: string, flags: TraceFlags): Promise<ExitCode> {
  const { io } = context;
  if (flags.hex && flags.ndjson) {
    throw new CliError('--hex is for people, --ndjson for programs', { hint: '--record keeps the bytes' });
  }
  const { url } = await resolveSide(server, io.env);
  const target = traceTarget(url);
  const listen = parseListen(flags.listen);
  const record =
    flags.record === undefined
      ? undefined
      : await RecordingFile.create(flags.record, (error) => {
          void writeLine(io.stderr, `the recording ends here: ${error.message}`);
        });
  const output = new LossyOutput(io.stdout, (count) => lostLine(count, flags.ndjson === true));
  const teller = new TraceTeller(output, {
    colors: colorsFor(io.stdout, io.env),
    hex: flags.hex === true,
    form: flags.quiet ? 'none' : flags.ndjson ? 'json' : 'text',
    record,
  });
  try {
    const proxy = await listening(listen.port, () =>
      startTraceProxy({
        ...target,
        listenHost: listen.host,
        listenPort: listen.port,
        keepBytes: flags.hex === true || record !== undefined,
        onEvent: (connection, event) => teller.tell(connection, event),
        nowMs: () => performance.timeOrigin + performance.now(),
      }),
    );
    try {
      await announce(context, target, `${listen.shown}:${proxy.port}`, flags);
      await untilStopped(io.signal);
    } finally {
      await proxy.close();
    }
  } finally {
    await record?.close();
  }
  await output.flushWithin(flushLimitMs);
  await summarize(context, teller, record, flags);
  return Exit.ok;
}

/** A reader that has taken nothing for so long at the end will not take the rest. */
const flushLimitMs = 2000;

function lostLine(count: number, json: boolean): string {
  const why = 'the output was read too slowly';
  return json ? JSON.stringify({ kind: 'lost', lines: count, why }) : `… ${count} lines not shown: ${why}`;
}

async function announce(
  { io }: CliContext,
  target: TraceTarget,
  address: string,
  { ndjson }: TraceFlags,
): Promise<void> {
  const { host, port, others, tls } = target;
  const to = `${tls === undefined ? 'hotrod' : 'hotrods'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const from = `hotrod://${address}`;
  if (ndjson) await writeJson(io.stdout, { kind: 'listening', url: from, server: to });
  else await writeLine(io.stdout, `tracing ${to}: connect to ${from}?client_intelligence=BASIC`);
  if (others > 0)
    await writeLine(io.stderr, `only the first server of the URL is traced, not the other ${others}`);
  await writeLine(io.stderr, 'Ctrl-C stops it.');
}

async function summarize(
  { io }: CliContext,
  teller: TraceTeller,
  record: RecordingFile | undefined,
  { record: file }: TraceFlags,
): Promise<void> {
  const { summary } = teller;
  const rows = summary.rows();
  if (rows.length > 1) {
    await writeLine(io.stderr, plainTable(rows, ['left', 'right', 'right', 'right', 'right', 'right']));
  }
  await writeLine(io.stderr, `  ${summary.line()}`);
  if (record === undefined) return;
  const lost = record.tooLong + record.dropped;
  const left = lost === 0 ? '' : `, ${lost} left out (too long, or the disk too slow)`;
  await writeLine(io.stderr, `  ${record.rows} exchanges in ${file}${left}`);
}

/** `HOST:PORT`, `[ADDRESS]:PORT`, or a port of this machine. */
function parseListen(text: string): { host: string; port: number; shown: string } {
  const match = /^(?:(\[[\da-fA-F:.]+\]|[^:[\]/@\s]+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new CliError(`--listen ${text} is no address`, { hint: 'HOST:PORT, such as 127.0.0.1:11300' });
  }
  const shown = match[1] ?? '127.0.0.1';
  return { host: shown.replace(/^\[|\]$/g, ''), port, shown };
}
