import type { HttpReplyInput } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { checkBody, unexpectedStatus } from './reply-fields.js';

/** The text of a 200 answer (`stat`, `stat_all`); `undefined` for 404, an unknown table. */
export function parseNodeText(reply: HttpReplyInput): string | undefined {
  checkBody(reply);
  if (reply.status === 404) return undefined;
  if (reply.status !== 200) throw unexpectedStatus(reply.status, 'an administrative read');
  return new TextDecoder().decode(reply.body);
}

/** The number that `file_count` answers, 1 to 20 in a real node. */
export function parseFileCount(reply: HttpReplyInput): number {
  const text = parseNodeText(reply);
  if (text !== undefined && /^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new HustDbProtocolError(
    `file_count answered ${JSON.stringify(text?.slice(0, 40))} instead of a number`,
    {
      code: 'HUSTDB_MALFORMED_REPLY',
      status: reply.status,
    },
  );
}
