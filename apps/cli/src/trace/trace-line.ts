import { hexDump } from '@kvtwin/bytes';
import { annotatedDump, describeStatus, type ServerAddress, type Topology } from '@kvtwin/hotrod-protocol';
import { cutToColumns } from '../output/display-width.js';
import { formatLatency } from '../output/format-latency.js';
import { formatSize } from '../output/format-size.js';
import { escapeControls } from '../output/key-text.js';
import type { Colors } from '../output/output.js';
import { previewFields } from './preview-field.js';
import { spansOfTraced } from './spans-of-traced.js';
import type { ConnectionEvent, TraceEvent } from './trace-event.js';

/** How lines are printed. */
export interface LineOptions {
  readonly colors: Colors;
  /** Whether each message is followed by its bytes. */
  readonly hex: boolean;
}

/** What a hex dump of one message shows at most: some screens. */
const maxDumpBytes = 4096;
/** Servers of a topology that a line names. */
const maxServersShown = 6;
/** An operation's name takes as much as most of them need. */
const operationColumns = 16;

/** The lines that tell an event of one connection; the first one begins with its time and the connection. */
export function traceLines(
  connection: string,
  event: TraceEvent | ConnectionEvent,
  options: LineOptions,
): string[] {
  const [first = '', ...more] = textsOf(event, options);
  const { dim } = options.colors;
  const start = `${dim(timeOfDay(event.atMs))}  ${dim(connection.padEnd(3))}`;
  return [`${start} ${first}`, ...more.map((line) => `    ${line}`)];
}

function textsOf(event: TraceEvent | ConnectionEvent, options: LineOptions): string[] {
  const { colors } = options;
  switch (event.kind) {
    case 'opened':
      return [colors.dim(`· opened from ${event.from} to ${event.to}`)];
    case 'refused':
      return [colors.red(`· ${event.from} was not connected: ${escapeControls(event.why)}`)];
    case 'closed': {
      const bytes = `${formatSize(event.sentBytes)} sent, ${formatSize(event.receivedBytes)} received`;
      return [colors.dim(`· closed: ${escapeControls(event.why)} (${bytes})`)];
    }
    case 'request':
      return [requestText(event, colors), ...dumpOf(event, options)];
    case 'reply':
      return [replyText(event, colors), ...topologyTexts(event, colors), ...dumpOf(event, options)];
    case 'event': {
      const { message } = event;
      const { type = 'counter', ...body } = message.event as { type?: string };
      const fields = previewFields(body);
      return [colors.cyan(`< event ${type}  ${fields}`), ...dumpOf(event, options)];
    }
    case 'unanswered': {
      const { operation, header, sentAtMs } = event.request;
      const since = formatLatency(event.atMs - sentAtMs);
      return [
        colors.yellow(`· ${operation.name} #${header.messageId} was not answered (sent ${since} before)`),
      ];
    }
    case 'undecodable':
      return undecodableTexts(event, colors);
  }
}

function requestText({ message }: Extract<TraceEvent, { kind: 'request' }>, { bold }: Colors): string {
  const { header, operation, request } = message;
  const cache = header.cacheName === '' ? '-' : cutToColumns(escapeControls(header.cacheName), 40);
  const flags = header.flags === 0 ? '' : `  flags 0x${header.flags.toString(16)}`;
  const fields = previewFields(request as object);
  return `> ${bold(operation.name.padEnd(operationColumns))} #${header.messageId}  ${header.version}  ${cache}${flags}  ${fields}`.trimEnd();
}

function replyText(event: Extract<TraceEvent, { kind: 'reply' }>, colors: Colors): string {
  const { message, latencyMs } = event;
  const latency = latencyMs === undefined ? '' : `  ${formatLatency(latencyMs)}`;
  const status = describeStatus(message.status);
  const name = event.request?.operation.name ?? 'error';
  const start = `< ${name.padEnd(operationColumns)} #${message.messageId}`;
  if (message.kind === 'error') {
    return `${start}  ${colors.red(`${status}${latency}  ${escapeControls(cutToColumns(message.message, 240))}`)}`;
  }
  return `${start}  ${status}${latency}  ${previewFields(message.reply)}`.trimEnd();
}

function topologyTexts({ message }: Extract<TraceEvent, { kind: 'reply' }>, { yellow }: Colors): string[] {
  return message.topology === undefined ? [] : [yellow(topologyText(message.topology))];
}

/** A topology in some words: `topology 7: 127.0.0.1:11222, 127.0.0.1:11223; 256 segments`. */
export function topologyText({ topologyId, servers, hash }: Topology): string {
  const named = servers.slice(0, maxServersShown).map(addressText).join(', ');
  const more = servers.length > maxServersShown ? ` and ${servers.length - maxServersShown} more` : '';
  const segments = hash === undefined ? '' : `; ${hash.segmentCount} segments`;
  return `topology ${topologyId}: ${named}${more}${segments}`;
}

export function addressText({ host, port }: ServerAddress): string {
  return `${host.includes(':') ? `[${host}]` : escapeControls(host)}:${port}`;
}

function undecodableTexts(
  { side, message, code, bytes, final }: Extract<TraceEvent, { kind: 'undecodable' }>,
  { red }: Colors,
): string[] {
  const then = final ? '; from here on this connection is forwarded without being decoded' : '';
  const arrow = side === 'client' ? '>' : '<';
  const line = red(`${arrow} not decoded: ${escapeControls(message)} (${code})${then}`);
  return bytes === undefined ? [line] : [line, ...hexDump(bytes).split('\n')];
}

function dumpOf(
  event: Extract<TraceEvent, { bytes: unknown; message: unknown }>,
  { hex }: LineOptions,
): string[] {
  if (!hex || event.kind === 'undecodable') return [];
  if (event.bytes === undefined) return ['(too long to be shown)'];
  const dump =
    event.bytes.length > maxDumpBytes
      ? `${hexDump(event.bytes.subarray(0, maxDumpBytes))}\n… ${formatSize(event.bytes.length)} in all`
      : annotatedDump(event.bytes, spansOfTraced(event));
  return dump.split('\n');
}

/** Local time, to the millisecond: what a person compares with other logs. */
export function timeOfDay(atMs: number): string {
  const at = new Date(atMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}
