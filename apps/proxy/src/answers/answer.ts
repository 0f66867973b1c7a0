/** What the `X-Outcome` header says. Docs: proxy.md lists each with its status. */
export type Outcome =
  | 'agreed'
  | 'version-skew'
  | 'value-conflict'
  | 'diverged'
  | 'one-sided'
  | 'absent'
  | 'unreadable'
  | 'present'
  | 'applied'
  | 'rejected'
  | 'unknown'
  | 'invalid-request'
  | 'too-large'
  | 'unauthorized'
  | 'no-such-path'
  | 'unsupported'
  | 'overloaded'
  | 'timeout'
  | 'error'
  | 'ok';

/** One answer of the data listener, before it is written. */
export interface Answer {
  readonly status: number;
  readonly outcome: Outcome;
  /** Default `text/plain`, HustDB's for every value. */
  readonly contentType?: string;
  /** Name, value, name, value, …: in wire order, behind the headers every answer has. */
  readonly headers: readonly string[];
  /** Sent one after the other; none for an empty body. */
  readonly body: readonly Uint8Array[];
  /** The connection cannot be used afterwards. */
  readonly close?: boolean;
}

const EMPTY: readonly Uint8Array[] = [];

/**
 * HustDB HA's one answer for everything that did not work: 404, `Version: 0`, no body. Why it did not work stands in
 * `X-Message`, which old callers do not read.
 */
export function notFound(outcome: Outcome, message?: string): Answer {
  const headers =
    message === undefined ? ['Version', '0'] : ['Version', '0', 'X-Message', headerText(message)];
  return { status: 404, outcome, headers, body: EMPTY };
}

/** An answer with headers and no body. */
export function emptyAnswer(status: number, outcome: Outcome, headers: readonly string[]): Answer {
  return { status, outcome, headers, body: EMPTY };
}

/** An answer for people: one line of text. */
export function textAnswer(
  status: number,
  outcome: Outcome,
  message: string,
  headers: readonly string[] = [],
): Answer {
  return { status, outcome, headers, body: [Buffer.from(`${message}\n`)] };
}

/** Text that may stand in a header: what is not printable ASCII becomes `?`, and it is cut at 300 characters. */
function headerText(message: string): string {
  return message.slice(0, 300).replace(/[^\x20-\x7e]/g, '?');
}
