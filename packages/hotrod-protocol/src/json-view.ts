import { toHex } from '@kvtwin/bytes';

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * A decoded message, or a part of one, as JSON can say it: bytes become `{ "hex": "6b31" }`, bigints decimal text,
 * absent fields and functions nothing.
 */
export function jsonView(value: unknown): Json {
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (value instanceof Uint8Array) {
    return { hex: toHex(value) };
  }
  if (Array.isArray(value)) {
    return value.map(jsonView);
  }
  if (typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, part]) => part !== undefined && typeof part !== 'function')
        .map(([name, part]) => [name, jsonView(part)]),
    );
  }
  return value as Json;
}
