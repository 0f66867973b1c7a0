import { reasonPhrase } from '@kvtwin/hustdb-protocol';
import type { Outcome } from '../answers/answer.js';
import { type HtmlStatus, htmlPage } from '../answers/html-answer.js';

const OUTCOMES: { readonly [S in HtmlStatus]?: Outcome } = { 408: 'timeout', 414: 'too-large' };

/** A whole answer to what is no request, one character per byte: a page as nginx writes it. The connection ends behind it. */
export function faultPage(status: HtmlStatus): string {
  const page = htmlPage(status);
  return (
    `HTTP/1.1 ${status} ${reasonPhrase(status) || 'Request Time-out'}\r\nServer: kvtwin\r\n` +
    `Date: ${new Date().toUTCString()}\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n` +
    `Connection: close\r\nX-Outcome: ${OUTCOMES[status] ?? 'invalid-request'}\r\n\r\n${page}`
  );
}
