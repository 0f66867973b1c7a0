import { ByteWriter, equalBytes } from '@kvtwin/bytes';
import {
  encodeError,
  encodeEvent,
  encodeRequest,
  encodeResponse,
  type FieldSpan,
  HotRodProtocolError,
  isObjectStorageStatus,
  type PendingOperation,
  RequestDecoder,
  type RequestMessage,
  ResponseDecoder,
  type ResponseMessage,
  SpanRecorder,
} from '@kvtwin/hotrod-protocol';

/** Why bytes were not decoded to their end. */
export interface DecodeFailure {
  /** A code of HotRodProtocolError, `HOTROD_TRUNCATED`, or `HOTROD_TRAILING_BYTES`. */
  readonly code: string;
  readonly message: string;
  /** Offset of the faulty byte, where known. */
  readonly offset?: number;
}

/** One message, and where its fields lie in the bytes that were given. */
export interface Decoded<Message> {
  readonly message: Message;
  readonly spans: readonly FieldSpan[];
  readonly start: number;
  readonly end: number;
}

/** Bytes of one direction. `messages` are those before the failure, if there is one. */
export interface DecodedBytes<Message> {
  readonly messages: readonly Decoded<Message>[];
  /** Fields of the message that was not decoded to its end. */
  readonly openSpans: readonly FieldSpan[];
  readonly failure?: DecodeFailure;
}

/** Requests, one after the other. */
export function decodeRequests(bytes: Uint8Array): DecodedBytes<RequestMessage> {
  const spans = new SpanRecorder();
  return drain(new RequestDecoder({ lenient: true, spans, limits: limitsFor(bytes) }), bytes, spans);
}

/** What a server sent in answer to a request: replies, errors, events. */
export function decodeResponses(bytes: Uint8Array, request: RequestMessage): DecodedBytes<ResponseMessage> {
  const spans = new SpanRecorder();
  const pending = pendingOf(request);
  const { messageId } = request.header;
  return drain(
    new ResponseDecoder({
      spans,
      limits: limitsFor(bytes),
      pendingOf: (id) => (id === messageId ? pending : undefined),
    }),
    bytes,
    spans,
  );
}

/** Whether the decoded messages are written as the very bytes that they came from. */
export function reencodes(
  request: RequestMessage,
  requestBytes: Uint8Array,
  responses: readonly ResponseMessage[],
  responseBytes: Uint8Array,
): boolean {
  try {
    const there = new ByteWriter();
    encodeRequest(there, request.operation, request.header, request.request, { anyVersion: true });
    const back = new ByteWriter();
    for (const response of responses) encodeMessage(back, response, pendingOf(request));
    return equalBytes(there.take(), requestBytes) && equalBytes(back.take(), responseBytes);
  } catch (error) {
    if (HotRodProtocolError.is(error)) return false;
    throw error;
  }
}

function encodeMessage(writer: ByteWriter, message: ResponseMessage, request: PendingOperation): void {
  if (message.kind === 'event') encodeEvent(writer, message.event);
  else if (message.kind === 'error') encodeError(writer, message);
  else {
    const { messageId, topology, status, operation, reply } = message;
    const header = { messageId, topology, objectStorage: isObjectStorageStatus(status) };
    encodeResponse(writer, operation, header, reply, request);
  }
}

function pendingOf({ operation, header, request }: RequestMessage): PendingOperation {
  const { version, intelligence } = header;
  const projections = (request as { projections?: boolean } | undefined)?.projections;
  return { operation, version, intelligence, ...(projections === undefined ? {} : { projections }) };
}

/** What is looked at is in memory already. */
function limitsFor(bytes: Uint8Array): { maxArrayBytes: number; maxMessageBytes: number } {
  return { maxArrayBytes: bytes.length, maxMessageBytes: bytes.length };
}

interface Decoder<Message> {
  readonly position: number;
  readonly isMidMessage: boolean;
  push(chunk: Uint8Array): void;
  next(): Message | undefined;
}

function drain<Message>(
  decoder: Decoder<Message>,
  bytes: Uint8Array,
  spans: SpanRecorder,
): DecodedBytes<Message> {
  const messages: Decoded<Message>[] = [];
  decoder.push(bytes);
  try {
    for (let start = 0; ; start = decoder.position) {
      const message = decoder.next();
      if (message === undefined) break;
      messages.push({ message, spans: spans.take(), start, end: decoder.position });
    }
  } catch (error) {
    if (!HotRodProtocolError.is(error)) throw error;
    const { code, message, offset } = error;
    const failure = { code, message, ...(offset === undefined ? {} : { offset }) };
    return { messages, openSpans: spans.take(), failure };
  }
  if (!decoder.isMidMessage) return { messages, openSpans: [] };
  const message = `the bytes end in the middle of a message, at offset ${bytes.length}`;
  return {
    messages,
    openSpans: spans.take(),
    failure: { code: 'HOTROD_TRUNCATED', message, offset: bytes.length },
  };
}
