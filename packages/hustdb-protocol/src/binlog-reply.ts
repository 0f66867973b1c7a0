import type { HttpReply, HttpReplyInput } from './http-message.js';
import { formatNodeReply } from './node-reply.js';
import { checkBody, unexpectedStatus } from './reply-fields.js';

/**
 * What a storage node answers to `binlog`. `queued`: it sends the write on later; so it says too where there is nothing to
 * send. `rejected`: the host is none. `invalid`: another parameter is. `refused`: too many
 * wait. `missing-parameter`: 404.
 */
export type NodeBinlogReply = 'queued' | 'rejected' | 'invalid' | 'refused' | 'missing-parameter';

const STATUS = { queued: 200, rejected: 401, invalid: 400, refused: 403, 'missing-parameter': 404 } as const;

/** Reads a node's answer to `binlog`. Throws a HustDbProtocolError for what is none. */
export function parseNodeBinlog(reply: HttpReplyInput): NodeBinlogReply {
  checkBody(reply);
  for (const [outcome, status] of Object.entries(STATUS)) {
    if (status === reply.status) return outcome as NodeBinlogReply;
  }
  throw unexpectedStatus(reply.status, 'the binlog of a storage node');
}

/** A node's answer to `binlog`: a status alone. */
export function formatNodeBinlog(outcome: NodeBinlogReply): HttpReply {
  return formatNodeReply(STATUS[outcome], []);
}
