import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { performance } from 'node:perf_hooks';
import { reasonPhrase } from '@kvtwin/hustdb-protocol';
import type { Answer } from '../answers/answer.js';

/** What every answer carries besides its own headers. */
export interface SendContext {
  readonly requestId: string;
  /** `performance.now()` when the request came in. */
  readonly startedAt: number;
  /** Milliseconds spent on the pair; undefined where it was not asked. */
  readonly pairMs: number | undefined;
  /** The listener closes: no further request on this connection. */
  readonly closing: boolean;
}

/**
 * Writes an answer with its headers in HustDB HA's order: Server, Date, Content-Type, Content-Length, Connection, then the
 * command's own, then ours (X-Outcome, X-Request-Id, Server-Timing). Never chunked; a HEAD gets no body.
 */
export function sendAnswer(response: ServerResponse, answer: Answer, context: SendContext): void {
  if (response.destroyed || response.headersSent) return;
  const length = writeHeaders(response, answer, context);
  if (length <= JOINED_LIMIT_BYTES) {
    let body = '';
    for (const part of answer.body) body += oneCharacterPerByte(part);
    response.end(body, 'latin1');
    return;
  }
  for (const part of answer.body) response.write(part);
  response.end();
}

/** Up to here a body is joined to its head: one write of one string costs less than two of two buffers. */
const JOINED_LIMIT_BYTES = 8 * 1024;

function oneCharacterPerByte(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/**
 * Writes an answer while the client still sends a body that nobody will read: the connection is closed once the client
 * has stopped or `lingerMs` are over, since closing at once would reset it before the client has read the answer.
 */
export function sendAndLinger(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  context: SendContext,
  lingerMs: number,
): void {
  if (response.destroyed || response.headersSent) return;
  writeHeaders(response, { ...answer, close: true }, context);
  for (const part of answer.body) response.write(part);
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, lingerMs);
  request
    .once('end', finish)
    .once('close', finish)
    .on('error', () => {});
  request.resume();
}

/** Answers the length of the body. */
function writeHeaders(response: ServerResponse, answer: Answer, context: SendContext): number {
  let length = 0;
  for (const part of answer.body) length += part.length;
  const close = answer.close === true || context.closing || !response.shouldKeepAlive;
  response.sendDate = false;
  response.writeHead(answer.status, reasonPhrase(answer.status) || STATUS_CODES[answer.status], [
    'Server',
    'kvtwin',
    'Date',
    httpDate(),
    'Content-Type',
    answer.contentType ?? 'text/plain',
    'Content-Length',
    String(length),
    'Connection',
    close ? 'close' : 'keep-alive',
    ...answer.headers,
    'X-Outcome',
    answer.outcome,
    'X-Request-Id',
    context.requestId,
    'Server-Timing',
    serverTiming(context),
  ]);
  return length;
}

function serverTiming({ startedAt, pairMs }: SendContext): string {
  const total = `total;dur=${(performance.now() - startedAt).toFixed(2)}`;
  return pairMs === undefined ? total : `pair;dur=${pairMs.toFixed(2)}, ${total}`;
}

let dateText = '';
let dateSecond = 0;

/** The `Date` header's text, made once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
