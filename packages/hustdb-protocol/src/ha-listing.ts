import { formatHaNotFound, formatHaReply } from './ha-reply.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { encodeListing, type ListedEntry, parseNodeListing } from './listing.js';
import { checkBody } from './reply-fields.js';

/** What the HA answers to a listing. Its 404 says nothing more: no such table, refused, not reached. */
export type HaListing =
  | { readonly outcome: 'listed'; readonly entries: readonly ListedEntry[] }
  | { readonly outcome: 'failed' };

/** `scores`: values are decimal text (`zrangebyrank`, `zrangebyscore`). */
export interface HaListingOptions {
  readonly scores?: boolean;
}

/** Reads the HA's answer to `keys`, `hkeys`, `smembers` or a range of a sorted set. */
export function parseHaListing(reply: HttpReplyInput, options: HaListingOptions = {}): HaListing {
  if (reply.status !== 404) {
    const listing = parseNodeListing(reply, options);
    return listing.outcome === 'listed' ? listing : { outcome: 'failed' };
  }
  checkBody(reply);
  return { outcome: 'failed' };
}

/**
 * The HA's listing: of its node's headers only `Keys` is left. A failed range of a sorted set has `Version: 0`, another
 * listing none.
 */
export function formatHaListing(listing: HaListing, options: HaListingOptions = {}): HttpReply {
  if (listing.outcome === 'listed') {
    const keys = String(listing.entries.length);
    return formatHaReply(200, [['Keys', keys]], encodeListing(listing.entries, options));
  }
  return options.scores === true ? formatHaNotFound() : formatHaReply(404, []);
}
