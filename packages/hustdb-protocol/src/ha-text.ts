import { formatHaReply } from './ha-reply.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { parseNodeText } from './text-reply.js';

/**
 * The text of the HA's answer about itself or one of its nodes (`stat`, `peer_count`, `get_table`, `sync_status`, `version`,
 * …); undefined for its 404: unknown, or the one to be asked does not answer.
 */
export function parseHaText(reply: HttpReplyInput): string | undefined {
  return parseNodeText(reply);
}

/** The HA's answer about itself or one of its nodes, UTF-8; undefined: 404 without a version. */
export function formatHaText(text: string | undefined): HttpReply {
  return text === undefined ? formatHaReply(404, []) : formatHaReply(200, [], new TextEncoder().encode(text));
}
