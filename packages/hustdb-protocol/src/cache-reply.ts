import { formatHaNotFound, formatHaReply } from './ha-reply.js';
import { headerValue } from './header-list.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { formatNodeReply } from './node-reply.js';
import { checkBody, unexpectedStatus } from './reply-fields.js';

/**
 * What a storage node answers to a command of its cache; there are no versions. `done`: `body` is the value, the seconds
 * left, or the sum; else empty. `failed` (404): absent, of another type, no number, a missing parameter. `too-large`: 401.
 */
export type NodeCacheReply =
  | { readonly outcome: 'done'; readonly body: Uint8Array }
  | { readonly outcome: 'failed' | 'too-large' };

/** Reads a node's answer to a command of the cache. Throws a HustDbProtocolError for what is none. */
export function parseNodeCacheReply(reply: HttpReplyInput): NodeCacheReply {
  checkBody(reply);
  switch (reply.status) {
    case 200:
      return { outcome: 'done', body: reply.body };
    case 404:
      return { outcome: 'failed' };
    case 401:
      return { outcome: 'too-large' };
    default:
      throw unexpectedStatus(reply.status, 'the cache of a storage node');
  }
}

/** A node's answer to a command of its cache. */
export function formatNodeCacheReply(reply: NodeCacheReply): HttpReply {
  if (reply.outcome === 'done') return formatNodeReply(200, [], reply.body);
  return formatNodeReply(reply.outcome === 'failed' ? 404 : 401, []);
}

/**
 * What the HA answers to a write to the cache (its reads look like other plain reads, with an empty version). `fail`: the
 * address of the master that could not do it; nothing is repaired. `body`: the sum of an increment, else empty.
 */
export type HaCacheWrite =
  | { readonly outcome: 'applied'; readonly body: Uint8Array; readonly fail?: string }
  | { readonly outcome: 'failed' };

/** Reads the HA's answer to a write to the cache. Throws a HustDbProtocolError for what is none. */
export function parseHaCacheWrite(reply: HttpReplyInput): HaCacheWrite {
  checkBody(reply);
  if (reply.status === 404) return { outcome: 'failed' };
  if (reply.status !== 200) throw unexpectedStatus(reply.status, 'a write to the cache of the HA');
  const fail = headerValue(reply.headers, 'fail');
  return { outcome: 'applied', body: reply.body, ...(fail === undefined ? {} : { fail }) };
}

/** The HA's answer to a write to the cache: never a version. One that is refused before any master is asked has `Version: 0`. */
export function formatHaCacheWrite(write: HaCacheWrite | { readonly outcome: 'refused' }): HttpReply {
  if (write.outcome === 'refused') return formatHaNotFound();
  if (write.outcome === 'failed') return formatHaReply(404, []);
  return formatHaReply(200, write.fail === undefined ? [] : [['Fail', write.fail]], write.body);
}
