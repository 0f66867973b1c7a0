import type { HttpReply, HttpReplyInput } from './http-message.js';
import { formatNodeReply } from './node-reply.js';
import { checkBody, optionalVersion, requiredVersion, unexpectedStatus } from './reply-fields.js';

/**
 * What a storage node answers to `exist`, `get`, `hexist`, `hget`. Versions are the decimal text as sent.
 * `absent`: with the version of a key that had just expired, else `0`. `wrong-table`: there is no such table, or it holds
 * another type. `missing-parameter`: 404 without a version.
 */
export type NodeRead =
  | { readonly outcome: 'found'; readonly version: string; readonly value: Uint8Array }
  | { readonly outcome: 'absent'; readonly version: string }
  | { readonly outcome: 'wrong-table' | 'invalid' | 'rejected'; readonly version: string | undefined }
  | { readonly outcome: 'missing-parameter' };

/** Reads a node's answer to a read. Throws a HustDbProtocolError for what is none. */
export function parseNodeRead(reply: HttpReplyInput): NodeRead {
  checkBody(reply);
  const version = optionalVersion(reply);
  switch (reply.status) {
    case 200:
      return { outcome: 'found', version: requiredVersion(reply), value: reply.body };
    case 404:
      return version === undefined ? { outcome: 'missing-parameter' } : { outcome: 'absent', version };
    case 412:
      return { outcome: 'wrong-table', version };
    case 400:
      return { outcome: 'invalid', version };
    case 401:
      return { outcome: 'rejected', version };
    default:
      throw unexpectedStatus(reply.status, 'a read of a storage node');
  }
}

const STATUS = { absent: 404, 'wrong-table': 412, invalid: 400, rejected: 401 } as const;

/** The node's answer to a read, as bytes on the wire follow from it. */
export function formatNodeRead(read: NodeRead): HttpReply {
  if (read.outcome === 'missing-parameter') return formatNodeReply(404, []);
  if (read.outcome === 'found') return formatNodeReply(200, [['Version', read.version]], read.value);
  return formatNodeReply(STATUS[read.outcome], [['Version', read.version ?? '0']]);
}
