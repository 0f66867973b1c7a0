import { DEFAULT_MAX_ARRAY_BYTES, MAX_WIRE_LENGTH } from '@kvtwin/bytes';
import { HotRodProtocolError } from './hot-rod-protocol-error.js';

/** What a decoder lets the other side send. */
export interface DecodeLimits {
  /** Longest key, value or text, in bytes. */
  readonly maxArrayBytes: number;
  /** Longest message, its header included, in bytes. */
  readonly maxMessageBytes: number;
  /** Most elements of one list. */
  readonly maxElements: number;
}

/**
 * A million: a client asks for less at a time, and so many objects fit into memory. Elements may have two bytes on the wire
 * and still take a hundred here.
 */
const DEFAULT_MAX_ELEMENTS = 0x10_0000;

/** As Infinispan's server has it (`max-content-length`): 10 MiB for a whole request. */
export const DEFAULT_REQUEST_LIMITS: DecodeLimits = {
  maxArrayBytes: 10 * 1024 * 1024,
  maxMessageBytes: 10 * 1024 * 1024,
  maxElements: DEFAULT_MAX_ELEMENTS,
};

/** A reply may hold many entries (getAll): more than the longest array, and still less than a process has. */
export const DEFAULT_RESPONSE_LIMITS: DecodeLimits = {
  maxArrayBytes: DEFAULT_MAX_ARRAY_BYTES,
  maxMessageBytes: 1024 * 1024 * 1024,
  maxElements: DEFAULT_MAX_ELEMENTS,
};

/** The limits with defaults filled in; `HOTROD_INVALID_ARGUMENT` on what is not a length. */
export function decodeLimits(given: Partial<DecodeLimits> | undefined, defaults: DecodeLimits): DecodeLimits {
  const maxMessageBytes = given?.maxMessageBytes ?? defaults.maxMessageBytes;
  const maxArrayBytes =
    given?.maxArrayBytes ??
    (given?.maxMessageBytes === undefined
      ? defaults.maxArrayBytes
      : Math.min(maxMessageBytes, MAX_WIRE_LENGTH));
  const maxElements = given?.maxElements ?? defaults.maxElements;
  for (const [name, value, most] of [
    ['maxArrayBytes', maxArrayBytes, MAX_WIRE_LENGTH],
    ['maxMessageBytes', maxMessageBytes, Number.MAX_SAFE_INTEGER],
    ['maxElements', maxElements, MAX_WIRE_LENGTH],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw new HotRodProtocolError(`${name} must be 0 to ${most}, not ${value}`, {
        code: 'HOTROD_INVALID_ARGUMENT',
      });
    }
  }
  return { maxArrayBytes, maxMessageBytes, maxElements };
}
