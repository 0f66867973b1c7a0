import { ByteReader, MoreBytesNeeded } from '@kvtwin/bytes';
import { DEFAULT_REQUEST_LIMITS, type DecodeLimits, decodeLimits } from './decode-limits.js';
import { type ErrorAnswer, HotRodProtocolError } from './hot-rod-protocol-error.js';
import { isUnknownMediaType } from './media-type.js';
import type { OperationDefinition } from './operation-definition.js';
import { operationOfOpcode } from './operations.js';
import { versionOfByte } from './protocol-version.js';
import {
  type RequestHeader,
  type RequestHeaderRest,
  type RequestStart,
  requestHeaderRest,
  requestStart,
} from './request-header.js';
import type { DecodeCounters } from './response-decoder.js';
import { Status } from './status.js';
import type { Codec } from './wire/codec.js';
import { Cursor } from './wire/cursor.js';
import { allowFastPaths } from './wire/fast-path-limits.js';
import type { SpanRecorder } from './wire/span-recorder.js';

/** A request, as a server reads it. */
export interface RequestMessage {
  readonly header: RequestHeader;
  readonly operation: OperationDefinition;
  /** Of the type that `RequestOf<typeof operation>` names. */
  readonly request: unknown;
}

/** Options of {@link RequestDecoder}. */
export interface RequestDecoderOptions {
  readonly limits?: Partial<DecodeLimits>;
  /** The operation of an opcode; those of `operations` by default. */
  readonly operationOf?: (requestOpcode: number) => OperationDefinition | undefined;
  /**
   * Keeps media types without a meaning where they can be read past, instead of refusing them: for looking at recorded
   * bytes. A server leaves it false.
   */
  readonly lenient?: boolean;
  /** Notes where each field lies. */
  readonly spans?: SpanRecorder;
}

/**
 * Reads what a client sends, from chunks split anywhere. What it throws is a HotRodProtocolError whose `answer` is the
 * error response to send (none: say nothing) and whose `close` says whether the connection must then be closed, as the
 * stream is out of step; after `close: false` it goes on with the next request. Requests are taken in any version that can
 * express them, as servers do; whether the cache exists is the server's to say.
 */
export class RequestDecoder {
  private readonly reader: ByteReader;
  private readonly cursor: Cursor;
  private readonly limits: DecodeLimits;
  private readonly lenient: boolean;
  private readonly operationOf: (requestOpcode: number) => OperationDefinition | undefined;
  private inMessage = false;
  private start: RequestStart | undefined;
  private rest: RequestHeaderRest | undefined;
  private failure: HotRodProtocolError | undefined;
  private reentries = 0;

  constructor(options: RequestDecoderOptions = {}) {
    this.limits = decodeLimits(options.limits, DEFAULT_REQUEST_LIMITS);
    this.reader = new ByteReader({
      maxArrayBytes: this.limits.maxArrayBytes,
      maxCount: this.limits.maxElements,
    });
    this.lenient = options.lenient ?? false;
    this.operationOf = options.operationOf ?? operationOfOpcode;
    this.cursor = new Cursor(this.reader);
    this.cursor.lenient = this.lenient;
    this.cursor.spans = options.spans;
    this.cursor.fast = options.spans === undefined && allowFastPaths(this.limits);
  }

  /** Absolute offset in the stream of the next byte to read. */
  get position(): number {
    return this.reader.position;
  }

  /** Bytes pushed and not yet read. */
  get available(): number {
    return this.reader.available;
  }

  /** Bytes that must come before the request that has begun can be complete, at least; 0 where none has. */
  get missing(): number {
    return this.reader.missing;
  }

  /** Whether a request has begun and is not complete. */
  get isMidMessage(): boolean {
    return this.inMessage || this.reader.available > 0;
  }

  get counters(): DecodeCounters {
    return { bytesCopied: this.reader.bytesCopied, reentries: this.reentries };
  }

  /** Adds a chunk, which must not change until `next()` has returned undefined and `detach()` was called. */
  push(chunk: Uint8Array): void {
    this.reader.push(chunk);
  }

  /** Copies what is not yet read, so that the memory of the chunks pushed may be used again. */
  detach(): void {
    this.reader.detach();
  }

  /** The next request; undefined until more bytes come. Call it until it is undefined after each push. */
  next(): RequestMessage | undefined {
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
        this.inMessage = true;
        this.reader.stopBefore(this.reader.position + this.limits.maxMessageBytes);
      } else {
        this.reentries++;
      }
      this.cursor.restart();
      const message = this.readMessage();
      this.finish();
      return message;
    } catch (thrown) {
      if (thrown === MoreBytesNeeded.signal) {
        return undefined;
      }
      throw this.refuse(HotRodProtocolError.fromReading(thrown));
    }
  }

  private readMessage(): RequestMessage {
    if (this.start === undefined) {
      const from = this.reader.position;
      const start = requestStart.read(this.cursor);
      this.checkVersion(start, from);
      this.cursor.version = start.versionByte;
      this.start = start;
    }
    this.rest ??= this.part('header', requestHeaderRest);
    const header = headerOf(this.start, this.rest);
    const operation = this.operationOf(this.start.opcode);
    if (operation === undefined) {
      throw unknownOperation(this.start, this.reader.position, this.reader.available > 0);
    }
    this.cursor.intelligence = header.intelligence;
    const request = this.part('request', operation.request);
    this.checkMediaTypes(header, operation);
    return { header, operation, request };
  }

  private part<T>(name: string, codec: Codec<T>): T {
    return this.cursor.noted(name, () => codec.read(this.cursor));
  }

  private checkVersion({ versionByte, messageId }: RequestStart, offset: number): void {
    if (versionOfByte(versionByte) === undefined) {
      throw new HotRodProtocolError(
        `unknown protocol version byte ${versionByte}; supported are 2.0 to 4.1 (20 to 41)`,
        {
          code: 'HOTROD_UNKNOWN_VERSION',
          offset,
          answer: { status: Status.UNKNOWN_VERSION, messageId },
          close: true,
        },
      );
    }
  }

  private checkMediaTypes(header: RequestHeader, operation: OperationDefinition): void {
    if (this.lenient) {
      return;
    }
    for (const type of [header.keyMediaType, header.valueMediaType]) {
      if (isUnknownMediaType(type)) {
        throw new HotRodProtocolError(`unknown predefined media type ${JSON.stringify(type)}`, {
          code: 'HOTROD_UNKNOWN_MEDIA_TYPE',
          operation: operation.name,
          answer: { status: Status.REQUEST_PARSING_ERROR, messageId: header.messageId },
          close: false,
        });
      }
    }
  }

  /** Completes an error with what the client is owed, and remembers it where there is no going on. */
  private refuse(error: HotRodProtocolError): HotRodProtocolError {
    const messageId = this.start?.messageId;
    const decided = error.code === 'HOTROD_UNKNOWN_OPERATION' || error.code === 'HOTROD_UNKNOWN_MEDIA_TYPE';
    const refusal = error.with({
      messageId: error.answer?.messageId ?? messageId,
      answer: error.answer ?? this.answerTo(error),
      close: decided ? error.close : true,
    });
    if (refusal.close) {
      this.failure = refusal;
    } else {
      this.cursor.spans?.take();
      this.cursor.abandon();
      this.finish();
    }
    return refusal;
  }

  /** Nothing is said to what is not Hot Rod from its first byte on. */
  private answerTo(error: HotRodProtocolError): ErrorAnswer | undefined {
    if (error.code === 'HOTROD_BAD_MAGIC') {
      return error.offset === 0 ? undefined : { status: Status.INVALID_MAGIC_OR_MESSAGE_ID, messageId: 0 };
    }
    return { status: Status.REQUEST_PARSING_ERROR, messageId: this.start?.messageId ?? 0 };
  }

  private finish(): void {
    this.inMessage = false;
    this.start = undefined;
    this.rest = undefined;
  }
}

function headerOf(start: RequestStart, rest: RequestHeaderRest): RequestHeader {
  const version = versionOfByte(start.versionByte);
  return {
    messageId: start.messageId,
    version: version as RequestHeader['version'],
    cacheName: rest.cacheName,
    flags: rest.flags,
    intelligence: rest.intelligence,
    topologyId: rest.topologyId,
    keyMediaType: rest.keyMediaType,
    valueMediaType: rest.valueMediaType,
    parameters: rest.parameters,
  };
}

function unknownOperation(
  { opcode, messageId }: RequestStart,
  offset: number,
  moreFollows: boolean,
): HotRodProtocolError {
  return new HotRodProtocolError(`unknown operation 0x${opcode.toString(16).padStart(2, '0')}`, {
    code: 'HOTROD_UNKNOWN_OPERATION',
    offset,
    answer: { status: Status.UNKNOWN_OPERATION, messageId },
    close: moreFollows,
  });
}
