import type { Answer, Outcome } from './answer.js';

/** The statuses that HustDB HA's nginx answers itself, with its words for them. */
const TITLES = {
  400: '400 Bad Request',
  401: '401 Authorization Required',
  404: '404 Not Found',
  405: '405 Not Allowed',
  408: '408 Request Time-out',
  413: '413 Request Entity Too Large',
  414: '414 Request-URI Too Large',
  500: '500 Internal Server Error',
} as const;

export type HtmlStatus = keyof typeof TITLES;

/** A page as nginx writes it: callers of HustDB HA know these statuses by their `text/html`. */
export function htmlAnswer(
  status: HtmlStatus,
  outcome: Outcome,
  options: { readonly headers?: readonly string[]; readonly close?: boolean } = {},
): Answer {
  return {
    status,
    outcome,
    contentType: 'text/html',
    headers: options.headers ?? [],
    body: [Buffer.from(htmlPage(status))],
    close: options.close ?? false,
  };
}

/** The page alone, for answers written to a bare socket. */
export function htmlPage(status: HtmlStatus): string {
  const title = TITLES[status];
  return (
    `<html>\r\n<head><title>${title}</title></head>\r\n<body bgcolor="white">\r\n` +
    `<center><h1>${title}</h1></center>\r\n<hr><center>kvtwin</center>\r\n</body>\r\n</html>\r\n`
  );
}
