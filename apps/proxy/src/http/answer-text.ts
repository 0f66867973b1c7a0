import { STATUS_CODES } from 'node:http';
import { performance } from 'node:perf_hooks';
import { reasonPhrase } from '@kvtwin/hustdb-protocol';
import type { Answer } from '../answers/answer.js';
import type { Exchange } from './exchange.js';

/** What a header may hold. Texts of others could stand in an answer, and must not end its line. */
const UNPRINTABLE = /[^\t\x20-\x7e\x80-\xff]/g;
const IS_UNPRINTABLE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The head of an answer, one character per byte, with its headers in HustDB HA's order: Server, Date, Content-Type, Content-Length,
 * Connection, then the command's own, then ours (X-Outcome, X-Request-Id, Server-Timing). Never chunked.
 */
export function answerHead(exchange: Exchange, answer: Answer, bodyBytes: number, close: boolean): string {
  const { headers } = answer;
  const connection = close ? 'close' : 'keep-alive';
  let text = `${opening(answer.status, answer.contentType)}${bodyBytes}\r\nConnection: ${connection}\r\n`;
  for (let at = 0; at + 1 < headers.length; at += 2)
    text += `${headers[at]}: ${printable(headers[at + 1]!)}\r\n`;
  const timing = serverTiming(exchange.startedAt, exchange.askedAt, performance.now());
  return `${text}X-Outcome: ${answer.outcome}\r\nX-Request-Id: ${exchange.requestId}\r\nServer-Timing: ${timing}\r\n\r\n`;
}

let openings = new Map<number, string>();
let openingsSecond = 0;

/** Everything up to the body's length: of values the same for a second. */
function opening(status: number, contentType: string | undefined): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== openingsSecond) {
    openings = new Map();
    openingsSecond = second;
  }
  if (contentType !== undefined) return openingOf(status, contentType, second);
  let text = openings.get(status);
  if (text === undefined) {
    text = openingOf(status, 'text/plain', second);
    openings.set(status, text);
  }
  return text;
}

function openingOf(status: number, contentType: string, second: number): string {
  const reason = reasonPhrase(status) || STATUS_CODES[status] || 'Unknown';
  const date = new Date(second * 1000).toUTCString();
  return `HTTP/1.1 ${status} ${reason}\r\nServer: kvtwin\r\nDate: ${date}\r\nContent-Type: ${contentType}\r\nContent-Length: `;
}

function printable(value: string): string {
  return IS_UNPRINTABLE.test(value) ? value.replace(UNPRINTABLE, '?') : value;
}

function serverTiming(startedAt: number, askedAt: number | undefined, nowMs: number): string {
  const total = `total;dur=${hundredths(nowMs - startedAt)}`;
  return askedAt === undefined ? total : `pair;dur=${hundredths(nowMs - askedAt)}, ${total}`;
}

/** With two digits behind the point; `toFixed` takes five times as long. */
function hundredths(ms: number): string {
  const rounded = Math.round(ms * 100);
  const rest = rounded % 100;
  return `${(rounded - rest) / 100}.${rest < 10 ? '0' : ''}${rest}`;
}
