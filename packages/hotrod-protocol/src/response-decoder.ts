import { ByteReader, ChunkCopies, MoreBytesNeeded } from '@kvtwin/bytes';
import { type CacheEvent, cacheEventBody, cacheEventType } from './cache-event.js';
import { COUNTER_EVENT_OPCODE, counterEvent } from './counter-event.js';
import { DEFAULT_RESPONSE_LIMITS, type DecodeLimits, decodeLimits } from './decode-limits.js';
import { HotRodProtocolError } from './hot-rod-protocol-error.js';
import type { MessageId } from './message-id.js';
import type { AnyReply, PendingLookup, PendingOperation } from './operation-definition.js';
import { versionByte } from './protocol-version.js';
import { ERROR_OPCODE, type ResponseStart, responseStart } from './response-header.js';
import type { ErrorMessage, ReplyMessage, ResponseMessage } from './response-message.js';
import { describeStatus, isErrorStatus, type Outcome, outcomeOfStatus } from './status.js';
import { type Topology, topology } from './topology.js';
import type { ByteWindow } from './wire/byte-window.js';
import type { Codec } from './wire/codec.js';
import { Cursor } from './wire/cursor.js';
import { empty } from './wire/empty.js';
import { allowFastPaths } from './wire/fast-path-limits.js';
import { RESPONSE_MAGIC } from './wire/magic.js';
import { string } from './wire/primitives.js';
import type { SpanRecorder } from './wire/span-recorder.js';

/** Options of {@link ResponseDecoder}. */
export interface ResponseDecoderOptions<Pending extends PendingOperation> {
  readonly pendingOf: PendingLookup<Pending>;
  readonly limits?: Partial<DecodeLimits>;
  /** Reads UTF-8, for replies whose requests want texts (`PendingOperation.wantsText`). */
  readonly textOf?: (bytes: Uint8Array, start: number, end: number) => string;
  /** Whether a reply may be handed out in the same object as the one before it, which is for those that keep none. */
  readonly reuseReplies?: boolean;
  /** Notes where each field lies; it switches the fast paths off. */
  readonly spans?: SpanRecorder;
}

/** What a decoder has done, for tests and metrics. */
export interface DecodeCounters {
  /** Bytes of arrays and texts copied. */
  readonly bytesCopied: number;
  /** How often a message went on after it had run out of bytes. */
  readonly reentries: number;
}

/** What is known of the message that is being read. */
interface Progress<Pending> {
  readonly start: ResponseStart;
  readonly pending: Pending | undefined;
  topology: Topology | undefined;
  topologyRead: boolean;
}

/**
 * Reads what a server sends: replies in any order, errors, and events between them, from chunks split anywhere.
 * Replies have no length and no version: `pendingOf` tells which request an id belongs to, and must go on to know ids
 * whose callers have given up. After an error that it throws (a HotRodProtocolError) the stream is out of step: close
 * the connection. A chunk pushed must not change until `next()` has returned undefined and `detach()` was called.
 */
export class ResponseDecoder<Pending extends PendingOperation = PendingOperation> {
  private readonly reader: ByteReader;
  private readonly cursor: Cursor;
  private readonly pendingOf: PendingLookup<Pending>;
  private readonly limits: DecodeLimits;
  private readonly textOf: ResponseDecoderOptions<Pending>['textOf'];
  private readonly reused: Mutable<ReplyMessage<Pending>> | undefined;
  private readonly fastWindow: ByteWindow = {
    chunk: new Uint8Array(0),
    at: 0,
    copied: 0,
    textOf: undefined,
    copies: new ChunkCopies(),
  };
  private inMessage = false;
  private progress: Progress<Pending> | undefined;
  private failure: HotRodProtocolError | undefined;
  private reentries = 0;

  constructor(options: ResponseDecoderOptions<Pending>) {
    this.limits = decodeLimits(options.limits, DEFAULT_RESPONSE_LIMITS);
    this.reader = new ByteReader({
      maxArrayBytes: this.limits.maxArrayBytes,
      maxCount: this.limits.maxElements,
    });
    this.cursor = new Cursor(this.reader);
    this.cursor.spans = options.spans;
    this.cursor.fast = options.spans === undefined && allowFastPaths(this.limits);
    this.pendingOf = options.pendingOf;
    this.textOf = options.textOf;
    this.reused = options.reuseReplies ? (emptyMessage() as ReplyMessage<Pending>) : undefined;
  }

  /** Absolute offset in the stream of the next byte to read. */
  get position(): number {
    return this.reader.position;
  }

  /** Bytes pushed and not yet read. */
  get available(): number {
    return this.reader.available;
  }

  /** Bytes that must come before the message that has begun can be complete, at least; 0 where none has. */
  get missing(): number {
    return this.reader.missing;
  }

  /** Whether a message has begun and is not complete. */
  get isMidMessage(): boolean {
    return this.inMessage || this.reader.available > 0;
  }

  get counters(): DecodeCounters {
    return { bytesCopied: this.reader.bytesCopied, reentries: this.reentries };
  }

  /** Adds a chunk. */
  push(chunk: Uint8Array): void {
    this.fastWindow.copies.forget();
    this.reader.push(chunk);
  }

  /** Copies what is not yet read, so that the memory of the chunks pushed may be used again. */
  detach(): void {
    this.reader.detach();
  }

  /** The next message; undefined until more bytes come. Call it until it is undefined after each push. */
  next(): ResponseMessage<Pending> | undefined {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    if (this.reader.missing > 0) {
      return undefined;
    }
    try {
      if (!this.inMessage) {
        if (this.reader.available === 0) {
          return undefined;
        }
        const fast = this.cursor.fast ? this.fastReply() : undefined;
        if (fast !== undefined) {
          return fast;
        }
        this.inMessage = true;
        this.reader.stopBefore(this.reader.position + this.limits.maxMessageBytes);
      } else {
        this.reentries++;
      }
      this.cursor.restart();
      const message = this.readMessage();
      this.inMessage = false;
      this.progress = undefined;
      return message;
    } catch (thrown) {
      if (thrown === MoreBytesNeeded.signal) {
        return undefined;
      }
      this.failure = HotRodProtocolError.fromReading(thrown).with({ close: true });
      throw this.failure;
    }
  }

  /** A reply that lies whole in the current chunk and has no topology; undefined where anything is less simple. */
  private fastReply(): ReplyMessage<Pending> | undefined {
    const { chunk, at: from } = this.reader.window();
    let at = from;
    if (chunk.length - at < 5 || chunk[at++] !== RESPONSE_MAGIC) {
      return undefined;
    }
    let messageId = 0;
    let byte = chunk[at++] as number;
    for (let shift = 0; ; shift += 7) {
      messageId |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        break;
      }
      if (shift === 21 || at === chunk.length) {
        return undefined;
      }
      byte = chunk[at++] as number;
    }
    if (chunk.length - at < 3 || chunk[at + 2] !== 0) {
      return undefined;
    }
    const opcode = chunk[at] as number;
    const status = chunk[at + 1] as number;
    const pending = this.pendingOf(messageId);
    if (pending === undefined || pending.operation.replyOpcode !== opcode) {
      return undefined;
    }
    const { operation } = pending;
    const version = versionByte(pending.version);
    const outcome = status === 0 ? 'ok' : outcomeOfStatus(status, version);
    const window = this.fastWindow;
    window.at = at + 3;
    window.copied = 0;
    let reply: AnyReply | undefined;
    if (operation.fastReply !== undefined) {
      window.chunk = chunk;
      window.textOf = pending.wantsText ? this.textOf : undefined;
      reply = outcome && operation.fastReply(window, outcome, version);
    }
    if (reply === undefined) {
      if (outcome === undefined || operation.replies[outcome] !== empty) {
        return undefined;
      }
      reply = EMPTY_REPLIES[outcome];
    }
    this.reader.skip(window.at - from, window.copied);
    const { reused } = this;
    if (reused === undefined) {
      return { kind: 'reply', messageId, operation, pending, status, topology: undefined, reply };
    }
    reused.messageId = messageId;
    reused.operation = operation;
    reused.pending = pending;
    reused.status = status;
    reused.reply = reply;
    return reused;
  }

  private readMessage(): ResponseMessage<Pending> {
    this.progress ??= this.begin(responseStart.read(this.cursor));
    const { start, pending } = this.progress;
    this.readTopology(this.progress);
    const type = cacheEventType(start.opcode);
    if (type !== undefined) {
      const event = this.part<CacheEvent>('event', cacheEventBody(type, start.messageId));
      return { kind: 'event', messageId: start.messageId, event };
    }
    if (start.opcode === COUNTER_EVENT_OPCODE) {
      const event = this.part('event', counterEvent);
      return { kind: 'counter-event', messageId: start.messageId, event };
    }
    if (start.opcode === ERROR_OPCODE || isErrorStatus(start.status)) {
      return this.readError(this.progress);
    }
    return this.readReply(start, pending as Pending, this.progress.topology);
  }

  private begin(start: ResponseStart): Progress<Pending> {
    const { messageId, opcode, topologyMarker } = start;
    if (topologyMarker > 1) {
      throw this.cursor.malformed(`topology marker ${topologyMarker}`, this.reader.position - 1);
    }
    const isEvent = cacheEventType(opcode) !== undefined || opcode === COUNTER_EVENT_OPCODE;
    const pending = isEvent ? undefined : this.pendingOf(messageId);
    if (pending !== undefined) {
      if (opcode !== ERROR_OPCODE && opcode !== pending.operation.replyOpcode) {
        throw this.unexpected('HOTROD_UNEXPECTED_OPCODE', start, pending);
      }
      this.cursor.version = versionByte(pending.version);
      this.cursor.intelligence = pending.intelligence;
      this.cursor.projections = pending.projections ?? false;
      this.cursor.visit = pending.visit;
    } else if (opcode !== ERROR_OPCODE && !isEvent) {
      throw this.unexpected('HOTROD_UNKNOWN_MESSAGE_ID', start, undefined);
    } else if (topologyMarker === 1) {
      throw this.cursor.malformed('a topology that no request asked for', this.reader.position - 1);
    }
    return { start, pending, topology: undefined, topologyRead: topologyMarker === 0 };
  }

  private readTopology(progress: Progress<Pending>): void {
    if (!progress.topologyRead) {
      progress.topology = this.part('topology', topology);
      progress.topologyRead = true;
    }
  }

  private readError({ start, pending, topology: change }: Progress<Pending>): ErrorMessage<Pending> {
    const { messageId, opcode, status } = start;
    const message = this.part('message', string);
    return {
      kind: 'error',
      messageId,
      opcode,
      status,
      message,
      ...(pending === undefined ? {} : { pending }),
      ...(change === undefined ? {} : { topology: change }),
    };
  }

  private readReply(
    start: ResponseStart,
    pending: Pending,
    change: Topology | undefined,
  ): ReplyMessage<Pending> {
    const { messageId, status } = start;
    const { operation } = pending;
    const outcome = outcomeOfStatus(status, this.cursor.version);
    if (outcome === undefined || operation.replies[outcome] === undefined) {
      throw this.unexpected('HOTROD_UNEXPECTED_STATUS', start, pending);
    }
    const reply = this.cursor.noted('reply', () => operation.readReply(this.cursor, outcome));
    return { kind: 'reply', messageId, operation, pending, status, topology: change, reply };
  }

  private part<T>(name: string, codec: Codec<T>): T {
    return this.cursor.noted(name, () => codec.read(this.cursor));
  }

  private unexpected(
    code: 'HOTROD_UNEXPECTED_OPCODE' | 'HOTROD_UNKNOWN_MESSAGE_ID' | 'HOTROD_UNEXPECTED_STATUS',
    { messageId, opcode, status }: ResponseStart,
    pending: Pending | undefined,
  ): HotRodProtocolError {
    const reply = `a reply #${messageId} with opcode 0x${opcode.toString(16)}, status ${describeStatus(status)}`;
    const to = pending === undefined ? 'belongs to no request' : `cannot answer ${pending.operation.name}`;
    return new HotRodProtocolError(`${reply} ${to}, before offset ${this.reader.position}`, {
      code,
      offset: this.reader.position,
      messageId: messageId as MessageId,
      operation: pending?.operation.name,
    });
  }
}

/** All fields from the beginning, so that it never changes its shape. */
function emptyMessage(): unknown {
  return {
    kind: 'reply',
    messageId: 0,
    operation: undefined,
    pending: undefined,
    status: 0,
    topology: undefined,
    reply: undefined,
  };
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Replies without a body, shared. */
const EMPTY_REPLIES: Readonly<Record<Outcome, { readonly outcome: Outcome }>> = {
  ok: Object.freeze({ outcome: 'ok' }),
  'not-executed': Object.freeze({ outcome: 'not-executed' }),
  absent: Object.freeze({ outcome: 'absent' }),
  'ok-with-previous': Object.freeze({ outcome: 'ok-with-previous' }),
  'not-executed-with-previous': Object.freeze({ outcome: 'not-executed-with-previous' }),
  'invalid-iteration': Object.freeze({ outcome: 'invalid-iteration' }),
};
