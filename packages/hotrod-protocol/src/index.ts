export { annotatedDump } from './annotated-dump.js';
export { bloomFilterPositions } from './bloom-filter-positions.js';
export {
  type CacheEvent,
  type CacheEventType,
  type CustomCacheEvent,
  cacheEventOpcode,
  cacheEventType,
  type PlainCacheEvent,
} from './cache-event.js';
export { ClientIntelligence } from './client-intelligence.js';
export type { CounterConfiguration } from './counter-configuration.js';
export type { CounterEvent, CounterState } from './counter-event.js';
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
  encodeCounterEvent,
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
export type { IterationPlace, IterationVisit } from './iteration-place.js';
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
export type {
  AddBloomFilterNearCacheListenerReply,
  AddBloomFilterNearCacheListenerRequest,
} from './operations/add-bloom-filter-near-cache-listener.js';
export type { AddClientListenerReply, AddClientListenerRequest } from './operations/add-client-listener.js';
export type { AuthReply, AuthRequest } from './operations/auth.js';
export type { AuthMechListReply, AuthMechListRequest } from './operations/auth-mech-list.js';
export type { BulkGetReply, BulkGetRequest } from './operations/bulk-get.js';
export type { BulkGetKeysReply, BulkGetKeysRequest } from './operations/bulk-get-keys.js';
export type { ClearReply, ClearRequest } from './operations/clear.js';
export type { CommitTransactionReply, CommitTransactionRequest } from './operations/commit-transaction.js';
export type { ContainsKeyReply, ContainsKeyRequest } from './operations/contains-key.js';
export type { CounterAddAndGetReply, CounterAddAndGetRequest } from './operations/counter-add-and-get.js';
export type {
  CounterAddListenerReply,
  CounterAddListenerRequest,
} from './operations/counter-add-listener.js';
export type {
  CounterCompareAndSwapReply,
  CounterCompareAndSwapRequest,
} from './operations/counter-compare-and-swap.js';
export type { CounterCreateReply, CounterCreateRequest } from './operations/counter-create.js';
export type { CounterGetReply, CounterGetRequest } from './operations/counter-get.js';
export type { CounterGetAndSetReply, CounterGetAndSetRequest } from './operations/counter-get-and-set.js';
export type {
  CounterGetConfigurationReply,
  CounterGetConfigurationRequest,
} from './operations/counter-get-configuration.js';
export type { CounterGetNamesReply, CounterGetNamesRequest } from './operations/counter-get-names.js';
export type { CounterIsDefinedReply, CounterIsDefinedRequest } from './operations/counter-is-defined.js';
export type { CounterNameRequest } from './operations/counter-name-request.js';
export type { CounterRemoveReply, CounterRemoveRequest } from './operations/counter-remove.js';
export type {
  CounterRemoveListenerReply,
  CounterRemoveListenerRequest,
} from './operations/counter-remove-listener.js';
export type { CounterResetReply, CounterResetRequest } from './operations/counter-reset.js';
export type { ExecParameter, ExecReply, ExecRequest } from './operations/exec.js';
export type {
  FetchTransactionsInDoubtReply,
  FetchTransactionsInDoubtRequest,
} from './operations/fetch-transactions-in-doubt.js';
export type { ForgetTransactionReply, ForgetTransactionRequest } from './operations/forget-transaction.js';
export type { GetReply, GetRequest } from './operations/get.js';
export type { GetAllReply, GetAllRequest } from './operations/get-all.js';
export type { GetStreamReply, GetStreamRequest } from './operations/get-stream.js';
export type { GetStreamEndReply, GetStreamEndRequest } from './operations/get-stream-end.js';
export type { GetStreamNextReply, GetStreamNextRequest } from './operations/get-stream-next.js';
export type { GetStreamStartReply, GetStreamStartRequest } from './operations/get-stream-start.js';
export type { GetWithMetadataReply, GetWithMetadataRequest } from './operations/get-with-metadata.js';
export type { GetWithVersionReply, GetWithVersionRequest } from './operations/get-with-version.js';
export type { IterationBatch, IterationEntry } from './operations/iteration-batch.js';
export type { IterationEndReply, IterationEndRequest } from './operations/iteration-end.js';
export type { IterationNextReply, IterationNextRequest } from './operations/iteration-next.js';
export type { IterationStartReply, IterationStartRequest } from './operations/iteration-start.js';
export type { KeyRequest } from './operations/key-request.js';
export type { KeyValue } from './operations/key-value.js';
export type {
  MultimapContainsEntryReply,
  MultimapContainsEntryRequest,
} from './operations/multimap-contains-entry.js';
export type {
  MultimapContainsKeyReply,
  MultimapContainsKeyRequest,
} from './operations/multimap-contains-key.js';
export type {
  MultimapContainsValueReply,
  MultimapContainsValueRequest,
} from './operations/multimap-contains-value.js';
export type { MultimapGetReply, MultimapGetRequest } from './operations/multimap-get.js';
export type {
  MultimapGetWithMetadataReply,
  MultimapGetWithMetadataRequest,
} from './operations/multimap-get-with-metadata.js';
export type { MultimapPair } from './operations/multimap-pair.js';
export type { MultimapPutReply, MultimapPutRequest } from './operations/multimap-put.js';
export type {
  MultimapRemoveEntryReply,
  MultimapRemoveEntryRequest,
} from './operations/multimap-remove-entry.js';
export type { MultimapRemoveKeyReply, MultimapRemoveKeyRequest } from './operations/multimap-remove-key.js';
export type { MultimapSizeReply, MultimapSizeRequest } from './operations/multimap-size.js';
export type { PingReply, PingRequest } from './operations/ping.js';
export type { PrepareTransactionReply, PrepareTransactionRequest } from './operations/prepare-transaction.js';
export type {
  PrepareTransaction2Reply,
  PrepareTransaction2Request,
} from './operations/prepare-transaction2.js';
export type { PutReply, PutRequest } from './operations/put.js';
export type { PutAllReply, PutAllRequest } from './operations/put-all.js';
export type { PutIfAbsentReply, PutIfAbsentRequest } from './operations/put-if-absent.js';
export type { PutStreamReply, PutStreamRequest } from './operations/put-stream.js';
export type { PutStreamEndReply, PutStreamEndRequest } from './operations/put-stream-end.js';
export type { PutStreamNextReply, PutStreamNextRequest } from './operations/put-stream-next.js';
export type { PutStreamStartReply, PutStreamStartRequest } from './operations/put-stream-start.js';
export type { QueryReply, QueryRequest } from './operations/query.js';
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
export type {
  RollbackTransactionReply,
  RollbackTransactionRequest,
} from './operations/rollback-transaction.js';
export type { SizeReply, SizeRequest } from './operations/size.js';
export type { Statistic, StatsReply, StatsRequest } from './operations/stats.js';
export type { StreamIdRequest } from './operations/stream-id-request.js';
export type { TransactionIdRequest } from './operations/transaction-id-request.js';
export type { UpdateBloomFilterReply, UpdateBloomFilterRequest } from './operations/update-bloom-filter.js';
export type { WriteRequest } from './operations/write-request.js';
export type { XaReply } from './operations/xa-code-body.js';
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
export type {
  CounterEventMessage,
  ErrorMessage,
  EventMessage,
  ReplyMessage,
  ResponseMessage,
} from './response-message.js';
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
export type { TransactionId } from './transaction-id.js';
export { TransactionControl, type TransactionModification } from './transaction-modification.js';
export { type FieldSpan, SpanRecorder } from './wire/span-recorder.js';
export { durationMs, TIME_UNITS, type TimeUnit, type WireDuration } from './wire-duration.js';
export { DEFAULT_EXPIRATION, NO_EXPIRATION, type WireExpiration } from './wire-expiration.js';
