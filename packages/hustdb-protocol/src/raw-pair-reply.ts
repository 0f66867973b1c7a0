import type { PairRead } from '@kvtwin/versioned-value';
import type { PairEndpoint } from './pair-endpoint.js';
import { type PairReplyOptions, parsePairReply } from './pair-reply.js';
import { parseRawHttpReply } from './raw-http-reply.js';

/**
 * Reads a pair reply from the raw bytes that a connection gave: what `curl -i` shows, or a recording. Where more replies
 * follow on the same connection, the first one counts.
 *
 * Throws a HustDbProtocolError, as parseRawHttpReply and parsePairReply do.
 */
export function parseRawPairReply(
  endpoint: PairEndpoint,
  bytes: Uint8Array,
  options: PairReplyOptions = {},
): PairRead | PairRead<null> {
  return parsePairReply(endpoint, parseRawHttpReply(bytes, options), options);
}
