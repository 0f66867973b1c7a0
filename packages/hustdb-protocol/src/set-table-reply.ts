import { formatHaReply } from './ha-reply.js';
import { headerValue } from './header-list.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { checkBody, malformedHeader, unexpectedStatus } from './reply-fields.js';

/** Bytes of the challenge: one block of RSA-2048. */
export const CHALLENGE_BYTES = 256;

/**
 * What the HA answers to `/set_table`:
 *
 *     > GET /set_table                  < 200, 256 bytes: PKCS#1 v1.5 of a decimal number
 *     > POST /set_table?id=NUMBER …     < 200, empty
 *
 * - `challenge`: the number, encrypted; it holds for about 10 s. `replaced`: the table is the new one.
 * - `refused`: 400. `errorCode` is about the table: 2 it could not be written, 3 it is no valid table, 4 and 5 it could not
 *   be put in its place, 6 nor the old one back, 127 nginx.conf could not be rewritten, 0 the restart failed. Absent: the `id`
 *   is unknown, the body empty, or another table is being set.
 * - `busy`: 404, too many numbers are out, or 409, this one is. `unavailable`: 405, there is no key to encrypt with.
 */
export type SetTableReply =
  | { readonly outcome: 'challenge'; readonly encrypted: Uint8Array }
  | { readonly outcome: 'replaced' }
  | { readonly outcome: 'refused'; readonly errorCode: number | undefined }
  | { readonly outcome: 'busy'; readonly status: 404 | 409 }
  | { readonly outcome: 'unavailable' };

/** Reads an answer to either step. Throws a HustDbProtocolError for what is none. */
export function parseSetTable(reply: HttpReplyInput): SetTableReply {
  checkBody(reply);
  switch (reply.status) {
    case 200:
      return reply.body.length === 0
        ? { outcome: 'replaced' }
        : { outcome: 'challenge', encrypted: reply.body };
    case 400:
      return { outcome: 'refused', errorCode: errorCodeOf(reply) };
    case 404:
    case 409:
      return { outcome: 'busy', status: reply.status };
    case 405:
      return { outcome: 'unavailable' };
    default:
      throw unexpectedStatus(reply.status, 'an answer to set_table');
  }
}

/** The HA's answer to either step. */
export function formatSetTable(answer: SetTableReply): HttpReply {
  switch (answer.outcome) {
    case 'challenge':
      return formatHaReply(200, [], answer.encrypted);
    case 'replaced':
      return formatHaReply(200, []);
    case 'refused':
      return formatHaReply(
        400,
        answer.errorCode === undefined ? [] : [['ErrorCode', String(answer.errorCode)]],
      );
    case 'busy':
      return formatHaReply(answer.status, []);
    case 'unavailable':
      return formatHaReply(405, []);
  }
}

function errorCodeOf(reply: HttpReplyInput): number | undefined {
  const text = headerValue(reply.headers, 'errorcode');
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw malformedHeader(reply, 'ErrorCode', 'a number is due');
}
