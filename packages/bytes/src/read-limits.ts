import { BytesError } from './bytes-error.js';

/** What a {@link ByteReader} lets the other side announce. */
export interface ReadLimits {
  /** Longest byte array or string, in bytes. */
  readonly maxArrayBytes: number;
  /** Most elements of a list: each becomes an object, which takes many times the bytes that it may have on the wire. */
  readonly maxCount: number;
}

/**
 * 256 MiB: far above the 10 MB that a server takes unless told otherwise, and small enough that one announced length
 * cannot exhaust a process.
 */
export const DEFAULT_MAX_ARRAY_BYTES = 256 * 1024 * 1024;

/** Largest array length that the wire can say. */
export const MAX_WIRE_LENGTH = 0x7fff_ffff;

/** The limits with defaults filled in; throws `BYTES_RANGE` on what is not a length. */
export function readLimits(given: Partial<ReadLimits> = {}): ReadLimits {
  const maxArrayBytes = given.maxArrayBytes ?? DEFAULT_MAX_ARRAY_BYTES;
  if (!Number.isInteger(maxArrayBytes) || maxArrayBytes < 0 || maxArrayBytes > MAX_WIRE_LENGTH) {
    throw new BytesError(`maxArrayBytes must be 0 to ${MAX_WIRE_LENGTH}, not ${maxArrayBytes}`, {
      code: 'BYTES_RANGE',
    });
  }
  const maxCount = given.maxCount ?? MAX_WIRE_LENGTH;
  if (!Number.isInteger(maxCount) || maxCount < 0 || maxCount > MAX_WIRE_LENGTH) {
    throw new BytesError(`maxCount must be 0 to ${MAX_WIRE_LENGTH}, not ${maxCount}`, {
      code: 'BYTES_RANGE',
    });
  }
  return { maxArrayBytes, maxCount };
}
