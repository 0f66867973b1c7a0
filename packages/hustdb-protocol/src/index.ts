export { type PairReadJson, pairReadToJson, type SideReadJson } from '@kvtwin/versioned-value';
export { formatNodeBinlog, type NodeBinlogReply, parseNodeBinlog } from './binlog-reply.js';
export { type BodyFraming, bodyFraming } from './body-framing.js';
export {
  formatHaCacheWrite,
  formatNodeCacheReply,
  type HaCacheWrite,
  type NodeCacheReply,
  parseHaCacheWrite,
  parseNodeCacheReply,
} from './cache-reply.js';
export { ChunkedDecoder } from './chunked-decoder.js';
export type {
  AnyRequest,
  CommandDefinition,
  HaRefusal,
  HaSide,
  MemberText,
  NodeSide,
  Presence,
  ReplyKind,
} from './command-definition.js';
export type { BinlogRequest } from './commands/binlog.js';
export type { CacheAppendRequest } from './commands/cache-append.js';
export type { CacheDelRequest } from './commands/cache-del.js';
export type { CacheExistRequest } from './commands/cache-exist.js';
export type { CacheExpireRequest } from './commands/cache-expire.js';
export type { CacheGetRequest } from './commands/cache-get.js';
export type { CacheHdelRequest } from './commands/cache-hdel.js';
export type { CacheHexistRequest } from './commands/cache-hexist.js';
export type { CacheHgetRequest } from './commands/cache-hget.js';
export type { CacheHincrbyRequest } from './commands/cache-hincrby.js';
export type { CacheHincrbyfloatRequest } from './commands/cache-hincrbyfloat.js';
export type { CacheHsetRequest } from './commands/cache-hset.js';
export type { CachePersistRequest } from './commands/cache-persist.js';
export type { CachePutRequest } from './commands/cache-put.js';
export type { CacheTtlRequest } from './commands/cache-ttl.js';
export { COMMANDS, type CommandName, type CommandRequests, type NamedRequest } from './commands/commands.js';
export type { DelRequest } from './commands/del.js';
export type { ExistRequest } from './commands/exist.js';
export type { ExportRequest } from './commands/export.js';
export type { FileCountRequest } from './commands/file-count.js';
export type { GetRequest } from './commands/get.js';
export type { GetTableRequest } from './commands/get-table.js';
export type { Get2Request } from './commands/get2.js';
export type { HdelRequest } from './commands/hdel.js';
export type { HexistRequest } from './commands/hexist.js';
export type { HgetRequest } from './commands/hget.js';
export type { Hget2Request } from './commands/hget2.js';
export type { HincrbyRequest } from './commands/hincrby.js';
export type { HkeysRequest } from './commands/hkeys.js';
export type { HsetRequest } from './commands/hset.js';
export type { InfoRequest } from './commands/info.js';
export type { KeysRequest } from './commands/keys.js';
export type { PeerCountRequest } from './commands/peer-count.js';
export type { PutRequest } from './commands/put.js';
export type { SaddRequest } from './commands/sadd.js';
export type { SetTableRequest } from './commands/set-table.js';
export type { SismemberRequest } from './commands/sismember.js';
export type { Sismember2Request } from './commands/sismember2.js';
export type { SmembersRequest } from './commands/smembers.js';
export type { SremRequest } from './commands/srem.js';
export type { StatRequest } from './commands/stat.js';
export type { StatAllRequest } from './commands/stat-all.js';
export type { StatusRequest } from './commands/status.js';
export type { SyncAliveRequest } from './commands/sync-alive.js';
export type { SyncStatusRequest } from './commands/sync-status.js';
export type { TaskInfoRequest } from './commands/task-info.js';
export type { TaskStatusRequest } from './commands/task-status.js';
export type { VersionRequest } from './commands/version.js';
export type { ZaddRequest } from './commands/zadd.js';
export type { ZismemberRequest } from './commands/zismember.js';
export type { ZrangebyrankRequest } from './commands/zrangebyrank.js';
export type { ZrangebyscoreRequest } from './commands/zrangebyscore.js';
export type { ZremRequest } from './commands/zrem.js';
export type { ZscoreRequest } from './commands/zscore.js';
export type { Zscore2Request } from './commands/zscore2.js';
export { refuseFrontReply } from './front-reply.js';
export { formatHaListing, type HaListing, type HaListingOptions, parseHaListing } from './ha-listing.js';
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
export { formatHaText, parseHaText } from './ha-text.js';
export { parseHeaderLines } from './header-lines.js';
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
export {
  type NodeStatistics,
  parseNodeStatistics,
  parseTableStatistics,
  type SpaceStatistics,
  type TableStatistics,
} from './node-statistics.js';
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
export { type CacheCommands, type CacheRequest, runCacheCommand } from './run-cache-command.js';
export { CHALLENGE_BYTES, formatSetTable, parseSetTable, type SetTableReply } from './set-table-reply.js';
export { slotOf } from './slot.js';
export { readBoolean, readInt32, readInt64, readUint32 } from './stream-number.js';
export { makeTableFile, nodesOf, parseTableFile, type TableFile, type TableSlot } from './table-file.js';
export { isTableName } from './table-name.js';
export { parseFileCount, parseNodeText } from './text-reply.js';
