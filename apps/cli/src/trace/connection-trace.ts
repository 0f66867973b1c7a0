import {
  type ErrorMessage,
  HotRodProtocolError,
  type MessageId,
  type ReplyMessage,
  RequestDecoder,
  ResponseDecoder,
  type ResponseMessage,
} from '@kvtwin/hotrod-protocol';
import { maskedReply, maskedRequest, mayHoldLogin } from './masked-login.js';
import { MessageBytes } from './message-bytes.js';
import type { TracedRequest, TraceEvent, TraceSide } from './trace-event.js';

/**
 * Longest message that is decoded: six times what Infinispan takes unless it is told otherwise. Of a longer one no bytes
 * are held back; the connection is then forwarded without being decoded.
 */
const maxMessageBytes = 64 * 1024 * 1024;
/** Requests of one connection that await their replies, at most: clients pipeline some thousands. */
const maxPending = 65_536;
/** Bytes kept of one message, and of all requests of a connection that await their replies, for --record and --hex. */
const maxKeptMessageBytes = 16 * 1024 * 1024;
const maxKeptPendingBytes = 64 * 1024 * 1024;
/** Bytes shown of what was not understood. */
const maxShownBytes = 64;

/** Options of {@link ConnectionTrace}. */
export interface ConnectionTraceOptions {
  /** Whether the bytes of messages are wanted. */
  readonly keepBytes: boolean;
  readonly onEvent: (event: TraceEvent) => void;
}

/**
 * Reads along with both directions of one connection, split anywhere. It never throws: what it does not understand it
 * says once, and from then on it only lets bytes pass.
 */
export class ConnectionTrace {
  readonly #onEvent: (event: TraceEvent) => void;
  readonly #keepBytes: boolean;
  readonly #requests: RequestDecoder;
  readonly #responses: ResponseDecoder<TracedRequest>;
  readonly #bytes: Readonly<Record<TraceSide, MessageBytes>>;
  readonly #pending = new Map<MessageId, TracedRequest[]>();
  #pendingCount = 0;
  #pendingBytes = 0;
  #stopped = false;

  constructor({ keepBytes, onEvent }: ConnectionTraceOptions) {
    this.#onEvent = onEvent;
    this.#keepBytes = keepBytes;
    const limits = { maxArrayBytes: maxMessageBytes, maxMessageBytes };
    this.#requests = new RequestDecoder({ lenient: true, limits });
    this.#responses = new ResponseDecoder({ limits, pendingOf: (id) => this.#pending.get(id)?.[0] });
    const kept = keepBytes ? maxKeptMessageBytes : maxShownBytes;
    this.#bytes = { client: new MessageBytes(kept), server: new MessageBytes(kept) };
  }

  /** Bytes that the client sent. They must not change afterwards. `atMs`: since the epoch, with fractions. */
  fromClient(chunk: Uint8Array, atMs: number): void {
    this.#read('client', chunk, atMs, () => {
      const decoded = this.#requests.next();
      if (decoded === undefined) return false;
      const raw = this.#bytes.client.take(this.#requests.position);
      const { message, bytes = raw } = maskedRequest(decoded);
      this.#await(
        {
          operation: message.operation,
          header: message.header,
          version: message.header.version,
          intelligence: message.header.intelligence,
          sentAtMs: atMs,
          bytes: this.#keepBytes ? bytes : undefined,
        },
        atMs,
      );
      this.#onEvent({ kind: 'request', atMs, message, bytes: this.#keepBytes ? bytes : undefined });
      return true;
    });
  }

  /** Bytes that the server sent. They must not change afterwards. */
  fromServer(chunk: Uint8Array, atMs: number): void {
    this.#read('server', chunk, atMs, () => {
      const message = this.#responses.next();
      if (message === undefined) return false;
      const bytes = this.#bytes.server.take(this.#responses.position);
      this.#tell(message, this.#keepBytes ? bytes : undefined, atMs);
      return true;
    });
  }

  /** Nothing more will come: tells which requests were not answered. */
  end(atMs: number): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const waiting of this.#pending.values()) {
      for (const request of waiting) this.#onEvent({ kind: 'unanswered', atMs, request });
    }
    this.#pending.clear();
  }

  #read(side: TraceSide, chunk: Uint8Array, atMs: number, next: () => boolean): void {
    if (this.#stopped) return;
    const decoder = side === 'client' ? this.#requests : this.#responses;
    this.#bytes[side].push(chunk);
    decoder.push(chunk);
    for (;;) {
      try {
        if (!next()) break;
      } catch (error) {
        this.#fail(side, error, atMs);
        if (this.#stopped) return;
        this.#bytes[side].take(decoder.position);
      }
    }
    this.#bytes[side].trim();
  }

  #fail(side: TraceSide, error: unknown, atMs: number): void {
    const known = HotRodProtocolError.is(error);
    const final = !known || side === 'server' || error.close;
    const unread = this.#bytes[side].peek(maxShownBytes);
    const shown = side === 'client' && unread !== undefined && mayHoldLogin(unread) ? undefined : unread;
    this.#stopped = final;
    this.#onEvent({
      kind: 'undecodable',
      atMs,
      side,
      message: error instanceof Error ? error.message : String(error),
      code: known ? error.code : 'TRACE_INTERNAL',
      bytes: shown,
      final,
    });
    if (final) this.#pending.clear();
  }

  #await(request: TracedRequest, atMs: number): void {
    if (this.#pendingCount >= maxPending) {
      this.#stopped = true;
      const message = `more than ${maxPending} requests await their replies`;
      this.#onEvent({
        kind: 'undecodable',
        atMs,
        side: 'server',
        message,
        code: 'TRACE_LIMIT',
        bytes: undefined,
        final: true,
      });
      this.#pending.clear();
      return;
    }
    const bytes =
      (request.bytes?.length ?? 0) + this.#pendingBytes > maxKeptPendingBytes ? undefined : request.bytes;
    const kept = { ...request, bytes };
    const { messageId } = request.header;
    const waiting = this.#pending.get(messageId);
    if (waiting === undefined) this.#pending.set(messageId, [kept]);
    else waiting.push(kept);
    this.#pendingCount++;
    this.#pendingBytes += bytes?.length ?? 0;
  }

  #tell(message: ResponseMessage<TracedRequest>, raw: Uint8Array | undefined, atMs: number): void {
    if (message.kind === 'event' || message.kind === 'counter-event') {
      this.#onEvent({ kind: 'event', atMs, message, bytes: raw });
      return;
    }
    const request = this.#answered(message.messageId);
    const latencyMs = request === undefined ? undefined : atMs - request.sentAtMs;
    const shown = this.#shown(message, request);
    const bytes = raw === undefined ? undefined : (shown.bytes ?? raw);
    this.#onEvent({ kind: 'reply', atMs, message: shown.message, request, latencyMs, bytes });
  }

  #shown(
    message: ReplyMessage<TracedRequest> | ErrorMessage<TracedRequest>,
    request: TracedRequest | undefined,
  ): { readonly message: ReplyMessage | ErrorMessage; readonly bytes?: Uint8Array } {
    if (message.kind === 'error' || request === undefined) return { message };
    return maskedReply(message, request);
  }

  #answered(messageId: MessageId): TracedRequest | undefined {
    const waiting = this.#pending.get(messageId);
    const request = waiting?.shift();
    if (waiting?.length === 0) this.#pending.delete(messageId);
    if (request === undefined) return undefined;
    this.#pendingCount--;
    this.#pendingBytes -= request.bytes?.length ?? 0;
    return request;
  }
}
