import { headerValue } from './header-list.js';
import type { HttpReply, HttpReplyInput } from './http-message.js';
import { HustDbProtocolError } from './hustdb-protocol-error.js';
import { formatNodeReply } from './node-reply.js';
import { checkBody, requiredVersion, unexpectedStatus } from './reply-fields.js';

/**
 * What a storage node answers to a write. Versions are decimal text.
 * - `applied`: the version written or deleted. It is no token for a later compare-and-set: from 64 on a read tells another.
 *   `body`: the sum of `hincrby`, else empty.
 * - `stale`: 200 with `VerError: true`: a replay (`is_dup`) older than what is there; nothing changed.
 * - `mismatch`: 401 with `VerError: true`: `ver` is not the current version, which `version` tells.
 * - `rejected`: 401 with `VerError: false`: `ver` on a key that is not there, or a version or key out of range.
 * - `absent`: 404 to a delete. `wrong-table`: 412. `invalid`: 400. `refused`: 403, full, or no number where one is due.
 * - `missing-parameter`: 404 without a version.
 */
export type NodeWrite =
  | { readonly outcome: 'applied'; readonly version: string; readonly body: Uint8Array }
  | {
      readonly outcome: 'stale' | 'mismatch' | 'rejected' | 'absent' | 'wrong-table' | 'invalid' | 'refused';
      readonly version: string;
    }
  | { readonly outcome: 'missing-parameter' };

/** Reads a node's answer to a write: first whether it is about credentials, then `VerError`, then the status. */
export function parseNodeWrite(reply: HttpReplyInput): NodeWrite {
  checkBody(reply);
  const verError = readVerError(reply);
  if (reply.status === 404 && headerValue(reply.headers, 'version') === undefined) {
    return { outcome: 'missing-parameter' };
  }
  switch (reply.status) {
    case 200: {
      const version = requiredVersion(reply);
      return verError ? { outcome: 'stale', version } : { outcome: 'applied', version, body: reply.body };
    }
    case 401:
      return { outcome: verError ? 'mismatch' : 'rejected', version: requiredVersion(reply) };
    case 404:
      return { outcome: 'absent', version: requiredVersion(reply) };
    case 412:
      return { outcome: 'wrong-table', version: requiredVersion(reply) };
    case 400:
      return { outcome: 'invalid', version: requiredVersion(reply) };
    case 403:
      return { outcome: 'refused', version: requiredVersion(reply) };
    default:
      throw unexpectedStatus(reply.status, 'a write to a storage node');
  }
}

const STATUS = {
  stale: 200,
  mismatch: 401,
  rejected: 401,
  absent: 404,
  'wrong-table': 412,
  invalid: 400,
  refused: 403,
} as const;

/** The node's answer to a write: `Version`, then `VerError`. */
export function formatNodeWrite(write: NodeWrite): HttpReply {
  if (write.outcome === 'missing-parameter') return formatNodeReply(404, []);
  const verError = write.outcome === 'stale' || write.outcome === 'mismatch';
  const headers = [
    ['Version', write.version],
    ['VerError', String(verError)],
  ] as const;
  return write.outcome === 'applied'
    ? formatNodeReply(200, headers, write.body)
    : formatNodeReply(STATUS[write.outcome], headers);
}

function readVerError(reply: HttpReplyInput): boolean {
  const value = headerValue(reply.headers, 'vererror');
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new HustDbProtocolError(`malformed header VerError: ${JSON.stringify(value)}: true or false is due`, {
    code: 'HUSTDB_MALFORMED_HEADER',
    status: reply.status,
    header: 'VerError',
    value,
  });
}
