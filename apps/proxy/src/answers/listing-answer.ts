import { formatHaListing } from '@kvtwin/hustdb-protocol';
import type { StoreError } from '@kvtwin/versioned-value';
import type { Listed } from '../commands/pair-commands.js';
import type { Compatibility } from '../proxy-options.js';
import { type Answer, notFound, textAnswer } from './answer.js';

/**
 * What `/keys`, `/hkeys`, `/smembers`, `/zrangebyrank` and `/zrangebyscore` answer.
 *
 *     listed       200  Keys  JSON
 *     no-table     404  (ranges: Version: 0)
 *     invalid      404                          | extended: 400
 *     unreadable   404                          | extended: 503
 */
export function listingAnswer(
  listed: Listed,
  compat: Compatibility,
  { scores = false }: { readonly scores?: boolean } = {},
): Answer {
  if (listed.outcome === 'listed') {
    const reply = formatHaListing(listed, { scores });
    const keys = String(listed.entries.length);
    return { status: 200, outcome: 'ok', headers: ['Keys', keys], body: [reply.body] };
  }
  const answer = notListed(listed, compat);
  return scores || answer.status !== 404 ? answer : { ...answer, headers: answer.headers.slice(2) };
}

/** What `/stat`, `/stat_all` and `/file_count` answer; undefined: there is no such table. */
export function peerTextAnswer(text: string | undefined): Answer {
  if (text === undefined) return withoutVersion(notFound('absent'));
  return { status: 200, outcome: 'ok', headers: [], body: [Buffer.from(text)] };
}

/** The side asked did not answer: 404 without a version, extended 503. */
export function failedAnswer(error: StoreError, compat: Compatibility): Answer {
  const message = `${error.code}: ${error.message}`;
  if (compat === 'strict') return withoutVersion(notFound('unreadable', message));
  return textAnswer(503, 'unreadable', message, ['Retry-After', '1']);
}

function notListed(listed: Exclude<Listed, { outcome: 'listed' }>, compat: Compatibility): Answer {
  switch (listed.outcome) {
    case 'no-table':
      return notFound('absent');
    case 'invalid': {
      const message = 'the side refuses these parameters';
      if (compat === 'extended') return textAnswer(400, 'invalid-request', message);
      return notFound('invalid-request', message);
    }
    case 'unreadable': {
      const { error } = listed;
      if (error === undefined) return notFound('unreadable');
      const message = `${error.code}: ${error.message}`;
      if (compat === 'strict') return notFound('unreadable', message);
      return textAnswer(503, 'unreadable', message, ['Retry-After', '1']);
    }
  }
}

function withoutVersion(answer: Answer): Answer {
  return { ...answer, headers: answer.headers.slice(2) };
}
