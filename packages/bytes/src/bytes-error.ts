const BRAND = Symbol.for('@kvtwin/bytes/BytesError');

/** Stable codes of {@link BytesError}. */
export type BytesErrorCode =
  /** A vInt with a sixth byte. */
  | 'BYTES_MALFORMED_VINT'
  /** A vLong with an eleventh byte. */
  | 'BYTES_MALFORMED_VLONG'
  /** An array length with the top bit set: negative as a signed 32-bit number. */
  | 'BYTES_NEGATIVE_LENGTH'
  /** A length or a count beyond the limits in force. Nothing was allocated for it. */
  | 'BYTES_LIMIT'
  /** A value that does not fit the width asked for, an option outside its range, or text that is no hex or base64. */
  | 'BYTES_RANGE';

/** Fields of a {@link BytesError}. */
export interface BytesErrorDetails {
  readonly code: BytesErrorCode;
  /** Absolute offset in the stream at which the faulty field begins; absent when writing. */
  readonly offset?: number;
  readonly cause?: unknown;
}

/** Bytes that are not what they should be, or a value that cannot become bytes. Match on `code`. */
export class BytesError extends Error {
  override readonly name = 'BytesError';
  readonly code: BytesErrorCode;
  readonly offset?: number;
  readonly [BRAND] = true;

  constructor(message: string, details: BytesErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.offset = details.offset;
  }

  /** Whether it is a BytesError, of this copy of the package or of another one. */
  static is(value: unknown): value is BytesError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
