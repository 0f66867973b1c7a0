import { equalBytes } from '@kvtwin/bytes';
import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import type { GetStreamRequest } from './operations/get-stream.js';
import { operations } from './operations.js';
import { versionByte } from './protocol-version.js';
import { reencodeRequest, reencodeResponse } from './reencode.js';
import { RequestDecoder, type RequestMessage } from './request-decoder.js';
import { ResponseDecoder } from './response-decoder.js';
import type { ErrorMessage, ReplyMessage, ResponseMessage } from './response-message.js';
import { REQUEST_MAGIC } from './wire/magic.js';
import { type FieldSpan, SpanRecorder } from './wire/span-recorder.js';

/** A message with where it lies in the bytes given, `end` exclusive, and where each of its fields lies. */
export interface Annotated<Message> {
  readonly message: Message;
  readonly start: number;
  readonly end: number;
  readonly spans: readonly FieldSpan[];
}

/** Why an exchange was not looked into. */
export type SkipReason =
  | 'no request'
  | 'no reply'
  | 'several requests'
  | 'operation not known'
  | 'defect of servers';

/** What {@link decodeExchange} makes of a request and its response. */
export type DecodedExchange =
  | { readonly outcome: 'skipped'; readonly reason: SkipReason; readonly detail: string }
  | {
      readonly outcome: 'failed';
      /** Whose bytes are at fault; offsets of the error count from their beginning. */
      readonly side: 'request' | 'response';
      readonly error: HotRodProtocolError;
      /** Where the response is at fault. */
      readonly request?: Annotated<RequestMessage>;
      /** The messages before the fault. */
      readonly messages: readonly Annotated<ResponseMessage>[];
    }
  | {
      readonly outcome: 'decoded';
      readonly request: Annotated<RequestMessage>;
      /** What answers the request. */
      readonly answer: ReplyMessage | ErrorMessage;
      /** All that the server sent, in order: events before and behind the answer, and errors that belong to no request. */
      readonly messages: readonly Annotated<ResponseMessage>[];
      readonly reencodedRequest: Uint8Array;
      readonly reencodedResponse: Uint8Array;
      /** Whether both came out as they went in. They do, unless bytes were not in their shortest form or not UTF-8. */
      readonly reencodes: boolean;
    };

const NO_LIMITS = {
  maxArrayBytes: 0x7fff_ffff,
  maxMessageBytes: Number.MAX_SAFE_INTEGER,
  maxElements: 0x7fff_ffff,
};

/**
 * Reads one recorded request and all that the server sent in reaction to it, writes both again, and compares. Media types
 * without a meaning are kept where they can be read past. Never throws for what the bytes are.
 */
export function decodeExchange(request: Uint8Array, response: Uint8Array): DecodedExchange {
  if (request.length === 0) {
    return { outcome: 'skipped', reason: 'no request', detail: 'the server sent it without being asked' };
  }
  if (response.length === 0) {
    return { outcome: 'skipped', reason: 'no reply', detail: 'the server sent nothing' };
  }
  let decoded: Annotated<RequestMessage>;
  try {
    decoded = decodeRequest(request);
  } catch (thrown) {
    const error = HotRodProtocolError.fromReading(thrown);
    return error.code === 'HOTROD_UNKNOWN_OPERATION'
      ? { outcome: 'skipped', reason: 'operation not known', detail: error.message }
      : { outcome: 'failed', side: 'request', error, messages: [] };
  }
  if (decoded.end < request.length) {
    return request[decoded.end] === REQUEST_MAGIC
      ? { outcome: 'skipped', reason: 'several requests', detail: `the second begins at ${decoded.end}` }
      : { outcome: 'failed', side: 'request', error: leftOver(decoded.end, request.length), messages: [] };
  }
  return compare(decoded, request, response);
}

function compare(
  decoded: Annotated<RequestMessage>,
  request: Uint8Array,
  response: Uint8Array,
): DecodedExchange {
  const messages: Annotated<ResponseMessage>[] = [];
  try {
    readMessages(decoded.message, response, messages);
    const { messageId } = decoded.message.header;
    const answer = messages.map(({ message }) => message).find(isAnswerTo(messageId));
    if (answer === undefined) {
      throw new HotRodProtocolError(`nothing answers #${messageId}`, { code: 'HOTROD_TRUNCATED', messageId });
    }
    const reencodedRequest = reencodeRequest(decoded.message);
    const reencodedResponse = reencodeResponse(
      messages.map(({ message }) => message),
      decoded.message,
    );
    const reencodes = equalBytes(reencodedRequest, request) && equalBytes(reencodedResponse, response);
    return {
      outcome: 'decoded',
      request: decoded,
      answer,
      messages,
      reencodedRequest,
      reencodedResponse,
      reencodes,
    };
  } catch (thrown) {
    if (isStreamWithOffset(decoded.message)) {
      const detail = 'to a getStream with an offset they announce fewer bytes than they send';
      return { outcome: 'skipped', reason: 'defect of servers', detail };
    }
    const error = HotRodProtocolError.fromReading(thrown);
    return { outcome: 'failed', side: 'response', error, request: decoded, messages };
  }
}

function isStreamWithOffset({ operation, request }: RequestMessage): boolean {
  return operation === operations.getStream && (request as GetStreamRequest).offset > 0;
}

function decodeRequest(bytes: Uint8Array): Annotated<RequestMessage> {
  const spans = new SpanRecorder();
  const decoder = new RequestDecoder({ lenient: true, spans, limits: NO_LIMITS });
  decoder.push(bytes);
  const message = decoder.next();
  if (message === undefined) {
    throw truncated('request', bytes.length, decoder.missing);
  }
  return { message, start: 0, end: decoder.position, spans: spans.take() };
}

/** Before 2.4 a batch does not tell whether it holds projections: where it makes no sense without, it is read with. */
function readMessages(request: RequestMessage, bytes: Uint8Array, into: Annotated<ResponseMessage>[]): void {
  const { operation, header } = request;
  const mayProject = operation === operations.iterationNext && versionByte(header.version) < 24;
  try {
    readAll(request, bytes, false, into);
  } catch (thrown) {
    if (!mayProject) {
      throw thrown;
    }
    const projected: Annotated<ResponseMessage>[] = [];
    readAll(request, bytes, true, projected);
    into.splice(0, into.length, ...projected);
  }
}

function readAll(
  { header, operation }: RequestMessage,
  bytes: Uint8Array,
  projections: boolean,
  into: Annotated<ResponseMessage>[],
): void {
  const spans = new SpanRecorder();
  const { messageId, version, intelligence } = header;
  const pending = { operation, version, intelligence, projections };
  const decoder = new ResponseDecoder({
    spans,
    limits: NO_LIMITS,
    pendingOf: (id) => (id === messageId ? pending : undefined),
  });
  decoder.push(bytes);
  for (let start = 0; ; start = decoder.position) {
    const message = decoder.next();
    if (message === undefined) {
      break;
    }
    into.push({ message, start, end: decoder.position, spans: spans.take() });
  }
  if (decoder.isMidMessage) {
    throw truncated('response', bytes.length, decoder.missing);
  }
}

function isAnswerTo(messageId: number | bigint) {
  return (message: ResponseMessage): message is ReplyMessage | ErrorMessage =>
    (message.kind === 'reply' || message.kind === 'error') && message.messageId === messageId;
}

function truncated(side: string, length: number, missing: number): HotRodProtocolError {
  return new HotRodProtocolError(
    `the ${side} ends at offset ${length} within a message; at least ${missing} more bytes belong to it`,
    { code: 'HOTROD_TRUNCATED', offset: length },
  );
}

function leftOver(offset: number, length: number): HotRodProtocolError {
  return new HotRodProtocolError(
    `the request ends at offset ${offset}, but ${length - offset} more bytes follow, which begin no request`,
    { code: 'HOTROD_MALFORMED', offset },
  );
}
