import { refuseFrontReply } from './front-reply.js';
import { headerValue, headerValues } from './header-list.js';
import type { HttpReplyInput } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { bodyShort, parseContentLength } from './raw-http-reply.js';

/** 20 digits hold any 64-bit number; HustDB's own counters stay below 4,194,304. Empty: the node told none. */
const VERSION_TEXT = /^\d{0,20}$/;

/** Refuses what says something about the server only, and a body that is not as long as its Content-Length. */
export function checkBody(reply: HttpReplyInput): void {
  refuseFrontReply(reply);
  const declared = parseContentLength(reply.headers, reply.status);
  if (declared === undefined || headerValue(reply.headers, 'transfer-encoding') !== undefined) return;
  const actual = reply.body.length;
  if (actual < declared) throw bodyShort(actual, declared, reply.status);
  if (actual > declared) throw malformedHeader(reply, 'Content-Length', `the body has ${actual} bytes`);
}

/** Whether a version header may read so: decimal digits, or nothing. */
export function isVersionText(text: string): boolean {
  return VERSION_TEXT.test(text);
}

/** A version header's text; `undefined` where it is not there. */
export function optionalVersion(reply: HttpReplyInput, name = 'Version'): string | undefined {
  const values = headerValues(reply.headers, name);
  if (values.length > 1) throw malformedHeader(reply, name, 'it is there more than once');
  const text = values[0];
  if (text !== undefined && !isVersionText(text)) {
    throw malformedHeader(reply, name, 'it must be a decimal number, or empty');
  }
  return text;
}

/** The text of `Version`, which must be there. */
export function requiredVersion(reply: HttpReplyInput): string {
  const text = optionalVersion(reply);
  if (text !== undefined) return text;
  throw missingHeader('Version', reply.status, 'every answer of this kind has one');
}

/** `HUSTDB_MALFORMED_HEADER` with name and value. */
export function malformedHeader(reply: HttpReplyInput, header: string, why: string): HustDbProtocolError {
  const value = headerValues(reply.headers, header).join(', ');
  return new HustDbProtocolError(`malformed header ${header}: ${JSON.stringify(value)}: ${why}`, {
    code: 'HUSTDB_MALFORMED_HEADER',
    status: reply.status,
    header,
    value,
  });
}

/** `HUSTDB_MALFORMED_HEADER` for a header that is not there. */
export function missingHeader(header: string, status: number, why: string): HustDbProtocolError {
  return new HustDbProtocolError(`header ${header} is missing from a ${status} reply: ${why}`, {
    code: 'HUSTDB_MALFORMED_HEADER',
    status,
    header,
  });
}

/** `HUSTDB_UNEXPECTED_STATUS`. */
export function unexpectedStatus(status: number, what: string): HustDbProtocolError {
  return new HustDbProtocolError(`status ${status} is none that ${what} answers`, {
    code: 'HUSTDB_UNEXPECTED_STATUS',
    status,
  });
}
