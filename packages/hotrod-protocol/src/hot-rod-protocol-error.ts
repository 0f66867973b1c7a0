import { BytesError } from '@kvtwin/bytes';
import type { MessageId } from './message-id.js';

const BRAND = Symbol.for('@kvtwin/hotrod-protocol/HotRodProtocolError');

/** Stable codes of {@link HotRodProtocolError}. */
export type HotRodProtocolErrorCode =
  /** A message does not begin with 0xA0 (request) or 0xA1 (response). */
  | 'HOTROD_BAD_MAGIC'
  /** A version byte outside 2.0 to 4.1. */
  | 'HOTROD_UNKNOWN_VERSION'
  /** A request opcode without a definition here. */
  | 'HOTROD_UNKNOWN_OPERATION'
  /** A predefined media type id without a meaning. */
  | 'HOTROD_UNKNOWN_MEDIA_TYPE'
  /** Bytes that no grammar allows. `cause` may hold the BytesError. */
  | 'HOTROD_MALFORMED'
  /** Bytes that end within a message, where no more will come. */
  | 'HOTROD_TRUNCATED'
  /** A length, a count or a whole message beyond the limits. Nothing was allocated for it. */
  | 'HOTROD_LIMIT'
  /** A reply to nobody's request. */
  | 'HOTROD_UNKNOWN_MESSAGE_ID'
  /** A reply with the opcode of another operation. */
  | 'HOTROD_UNEXPECTED_OPCODE'
  /** A status that the operation does not have. */
  | 'HOTROD_UNEXPECTED_STATUS'
  /** The operation does not exist in the protocol version asked for. */
  | 'HOTROD_UNSUPPORTED'
  /** A field that cannot be written: missing or out of its range. A mistake of the caller. */
  | 'HOTROD_INVALID_ARGUMENT';

/** What a server owes the client that sent the faulty bytes. */
export interface ErrorAnswer {
  /** Status of the error response (opcode 0x50). */
  readonly status: number;
  /** The request's message id, or 0 where it cannot be told. */
  readonly messageId: MessageId;
}

/** Fields of a {@link HotRodProtocolError}. */
export interface HotRodProtocolErrorDetails {
  readonly code: HotRodProtocolErrorCode;
  /** Absolute offset in the stream of the faulty field. */
  readonly offset?: number;
  readonly messageId?: MessageId;
  /** Name of the operation, where known. */
  readonly operation?: string;
  /** Only from a RequestDecoder: the error response to send; absent where the connection is to be closed silently. */
  readonly answer?: ErrorAnswer;
  /** Whether the stream is out of step: close the connection. */
  readonly close?: boolean;
  readonly cause?: unknown;
}

/** Bytes that are not Hot Rod, or a message that cannot be written. Match on `code`. */
export class HotRodProtocolError extends Error {
  override readonly name = 'HotRodProtocolError';
  readonly code: HotRodProtocolErrorCode;
  readonly offset?: number;
  readonly messageId?: MessageId;
  readonly operation?: string;
  readonly answer?: ErrorAnswer;
  readonly close: boolean;
  readonly [BRAND] = true;

  constructor(message: string, details: HotRodProtocolErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.offset = details.offset;
    this.messageId = details.messageId;
    this.operation = details.operation;
    this.answer = details.answer;
    this.close = details.close ?? false;
  }

  /** Whether it is a HotRodProtocolError, of this copy of the package or of another one. */
  static is(value: unknown): value is HotRodProtocolError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  /** The same error with more known about it. */
  with(more: Partial<HotRodProtocolErrorDetails>): HotRodProtocolError {
    const { code, offset, messageId, operation, answer, close, cause } = this;
    return new HotRodProtocolError(this.message, {
      code,
      offset,
      messageId,
      operation,
      answer,
      close,
      cause,
      ...more,
    });
  }

  /** Anything thrown while reading bytes, as an error of this package; errors of other kinds are mistakes and go through. */
  static fromReading(thrown: unknown): HotRodProtocolError {
    if (HotRodProtocolError.is(thrown)) {
      return thrown;
    }
    if (!BytesError.is(thrown)) {
      throw thrown;
    }
    const code = thrown.code === 'BYTES_LIMIT' ? 'HOTROD_LIMIT' : 'HOTROD_MALFORMED';
    return new HotRodProtocolError(thrown.message, { code, offset: thrown.offset, cause: thrown });
  }
}
