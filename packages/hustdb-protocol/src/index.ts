export { type PairReadJson, pairReadToJson, type SideReadJson } from '@kvtwin/versioned-value';
export type {
  AnyRequest,
  CommandDefinition,
  HaRefusal,
  HaSide,
  NodeSide,
  Presence,
  ReplyKind,
} from './command-definition.js';
export { COMMANDS, type CommandName, type CommandRequests, type NamedRequest } from './commands/commands.js';
export type { DelRequest } from './commands/del.js';
export type { ExistRequest } from './commands/exist.js';
export type { FileCountRequest } from './commands/file-count.js';
export type { GetRequest } from './commands/get.js';
export type { Get2Request } from './commands/get2.js';
export type { HdelRequest } from './commands/hdel.js';
export type { HexistRequest } from './commands/hexist.js';
export type { HgetRequest } from './commands/hget.js';
export type { Hget2Request } from './commands/hget2.js';
export type { HincrbyRequest } from './commands/hincrby.js';
export type { HkeysRequest } from './commands/hkeys.js';
export type { HsetRequest } from './commands/hset.js';
export type { KeysRequest } from './commands/keys.js';
export type { PutRequest } from './commands/put.js';
export type { StatRequest } from './commands/stat.js';
export type { StatAllRequest } from './commands/stat-all.js';
export { refuseFrontReply } from './front-reply.js';
export {
  formatHaNotFound,
  formatHaRead,
  formatHaReply,
  formatHaWrite,
  type HaRead,
  type HaWrite,
  parseHaRead,
  parseHaWrite,
} from './ha-reply.js';
export {
  findHaCommand,
  type HaPath,
  type HaRefused,
  type ParsedHaRequest,
  parseHaRequest,
} from './ha-request.js';
export { type HeaderInput, type HeaderList, headerValue, headerValues } from './header-list.js';
export type { HttpReply, HttpReplyInput, HttpRequest } from './http-message.js';
export {
  HustDbProtocolError,
  type HustDbProtocolErrorCode,
  type HustDbProtocolErrorDetails,
} from './hustdb-protocol-error.js';
export { decodeKeyText, encodeKeyText } from './key-text.js';
export { bytesToLatin1, latin1ToBytes } from './latin1.js';
export { HUSTDB_LIMITS } from './limits.js';
export { formatNodeListing, type ListedEntry, type NodeListing, parseNodeListing } from './listing.js';
export { formatNodeRead, type NodeRead, parseNodeRead } from './node-read.js';
export { formatNodeReply, formatNodeUnauthorized } from './node-reply.js';
export { type ParsedNodeRequest, parseNodeRequest, type RequestInput } from './node-request.js';
export { formatNodeWrite, type NodeWrite, parseNodeWrite } from './node-write.js';
export {
  isPairEndpoint,
  PAIR_ENDPOINTS,
  type PairEndpoint,
  type PairValueEndpoint,
} from './pair-endpoint.js';
export { type PairReplyOptions, parsePairReply } from './pair-reply.js';
export { formatPairReply, type PairDialect, type PairReplyFormat, versionText } from './pair-reply-format.js';
export type { ParameterName, ParameterTypes } from './parameters.js';
export { findInQuery, parseNodeQuery, type RequestTarget, splitTarget } from './query-text.js';
export { parseRawHttpReply, type RawHttpReply, type RawHttpReplyOptions } from './raw-http-reply.js';
export { parseRawPairReply } from './raw-pair-reply.js';
export { readBackVersion } from './read-back-version.js';
export { reasonPhrase } from './reason-phrase.js';
export { encodeHaRequest, encodeNodeRequest } from './request-encoder.js';
export { slotOf } from './slot.js';
export { readBoolean, readInt32, readInt64, readUint32 } from './stream-number.js';
export { isTableName } from './table-name.js';
export { parseFileCount, parseNodeText } from './text-reply.js';
