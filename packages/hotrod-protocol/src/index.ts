export { annotatedDump } from './annotated-dump.js';
export {
  type CacheEvent,
  type CacheEventType,
  type CustomCacheEvent,
  cacheEventOpcode,
  cacheEventType,
  type PlainCacheEvent,
} from './cache-event.js';
export { ClientIntelligence } from './client-intelligence.js';
export {
  type Annotated,
  type DecodedExchange,
  decodeExchange,
  type SkipReason,
} from './decode-exchange.js';
export { DEFAULT_REQUEST_LIMITS, DEFAULT_RESPONSE_LIMITS, type DecodeLimits } from './decode-limits.js';
export { describeMessage, describeValue } from './describe.js';
export { type EncodeRequestOptions, encodeRequest } from './encode-request.js';
export {
  type ErrorResponse,
  encodeError,
  encodeEvent,
  encodeResponse,
  type ReplyContext,
  type ResponseHeaderInput,
} from './encode-response.js';
export type { EntryMetadata } from './entry-metadata.js';
export { type ExchangeView, exchangeView, requestView, responseView } from './exchange-view.js';
export {
  type DurationContext,
  fromEntryMetadata,
  resolveDuration,
  toWireExpiration,
} from './expiration-rules.js';
export {
  type ErrorAnswer,
  HotRodProtocolError,
  type HotRodProtocolErrorCode,
  type HotRodProtocolErrorDetails,
} from './hot-rod-protocol-error.js';
export { type Json, jsonView } from './json-view.js';
export { ListenerInterest } from './listener-interest.js';
export {
  isUnknownMediaType,
  JSON_MEDIA_TYPE,
  type MediaType,
  type MediaTypeParameter,
  mediaTypeName,
  mediaTypeOf,
  NO_MEDIA_TYPE,
  OCTET_STREAM,
  PREDEFINED_MEDIA_TYPES,
  PROTOSTREAM,
  TEXT_PLAIN,
} from './media-type.js';
export type { MessageId } from './message-id.js';
export { murmurHash3 } from './murmur-hash-3.js';
export {
  type AnyReply,
  type EmptyBody,
  isSupported,
  type OperationDefinition,
  type PendingLookup,
  type PendingOperation,
  type ReplyOf,
  type RequestOf,
  type Routing,
} from './operation-definition.js';
export type { AddClientListenerReply, AddClientListenerRequest } from './operations/add-client-listener.js';
export type { AuthReply, AuthRequest } from './operations/auth.js';
export type { AuthMechListReply, AuthMechListRequest } from './operations/auth-mech-list.js';
export type { ClearReply, ClearRequest } from './operations/clear.js';
export type { ContainsKeyReply, ContainsKeyRequest } from './operations/contains-key.js';
export type { GetReply, GetRequest } from './operations/get.js';
export type { GetAllReply, GetAllRequest } from './operations/get-all.js';
export type { GetWithMetadataReply, GetWithMetadataRequest } from './operations/get-with-metadata.js';
export type { IterationBatch, IterationEntry } from './operations/iteration-batch.js';
export type { IterationEndReply, IterationEndRequest } from './operations/iteration-end.js';
export type { IterationNextReply, IterationNextRequest } from './operations/iteration-next.js';
export type { IterationStartReply, IterationStartRequest } from './operations/iteration-start.js';
export type { KeyRequest } from './operations/key-request.js';
export type { KeyValue } from './operations/key-value.js';
export type { PingReply, PingRequest } from './operations/ping.js';
export type { PutReply, PutRequest } from './operations/put.js';
export type { PutAllReply, PutAllRequest } from './operations/put-all.js';
export type { PutIfAbsentReply, PutIfAbsentRequest } from './operations/put-if-absent.js';
export type { RemoveReply, RemoveRequest } from './operations/remove.js';
export type {
  RemoveClientListenerReply,
  RemoveClientListenerRequest,
} from './operations/remove-client-listener.js';
export type {
  RemoveIfUnmodifiedReply,
  RemoveIfUnmodifiedRequest,
} from './operations/remove-if-unmodified.js';
export type { ReplaceReply, ReplaceRequest } from './operations/replace.js';
export type {
  ReplaceIfUnmodifiedReply,
  ReplaceIfUnmodifiedRequest,
} from './operations/replace-if-unmodified.js';
export type { SizeReply, SizeRequest } from './operations/size.js';
export type { Statistic, StatsReply, StatsRequest } from './operations/stats.js';
export type { WriteRequest } from './operations/write-request.js';
export { type OperationName, operationOfOpcode, operations } from './operations.js';
export { ownersOf } from './owners-of.js';
export { PreparedHeader } from './prepared-header.js';
export { hadPreviousEntry, NO_PREVIOUS_VALUE, type PreviousValue } from './previous-value.js';
export {
  isProtocolVersion,
  LATEST_VERSION,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  versionByte,
  versionOfByte,
} from './protocol-version.js';
export { reencodeRequest, reencodeResponse } from './reencode.js';
export { RequestDecoder, type RequestDecoderOptions, type RequestMessage } from './request-decoder.js';
export { RequestFlag } from './request-flag.js';
export {
  type HeaderParameter,
  type RequestHeader,
  type RequestHeaderInput,
  UNKNOWN_TOPOLOGY_ID,
} from './request-header.js';
export { type DecodeCounters, ResponseDecoder, type ResponseDecoderOptions } from './response-decoder.js';
export { ERROR_OPCODE } from './response-header.js';
export type { ErrorMessage, EventMessage, ReplyMessage, ResponseMessage } from './response-message.js';
export { segmentOfKey } from './segment-of-key.js';
export { segmentSet, segmentsOf } from './segment-set.js';
export {
  describeStatus,
  isErrorStatus,
  isObjectStorageStatus,
  type Outcome,
  outcomeOfStatus,
  Status,
  statusOfOutcome,
} from './status.js';
export type { SegmentOwners, ServerAddress, Topology } from './topology.js';
export { type FieldSpan, SpanRecorder } from './wire/span-recorder.js';
export { durationMs, TIME_UNITS, type TimeUnit, type WireDuration } from './wire-duration.js';
export { DEFAULT_EXPIRATION, NO_EXPIRATION, type WireExpiration } from './wire-expiration.js';
