import { isUint8Array } from 'node:util/types';
import { HotRodError } from '../hotrod-error.js';
import type { Codec } from './codec.js';

/**
 * Bytes of a key or value. `what` names it. Throws `HOTROD_INVALID_ARGUMENT` for undefined, which stands for "no entry"
 * everywhere, and for null where the codec does not hold it; `HOTROD_CODEC` with what the codec throws.
 */
export function encodeWith<T>(codec: Codec<T>, value: T, what: 'key' | 'value'): Uint8Array {
  if (value === undefined || (value === null && codec.holdsNull !== true)) throw refused(String(value), what);
  let bytes: Uint8Array;
  try {
    bytes = codec.encode(value);
  } catch (cause) {
    throw codecError(`the ${what} cannot be encoded`, cause);
  }
  if (isUint8Array(bytes)) return bytes;
  throw codecError(`the ${what} cannot be encoded`, new TypeError('encode() gave no Uint8Array'));
}

/** The key or value of bytes. Throws `HOTROD_CODEC` with what the codec throws. */
export function decodeWith<T>(codec: Codec<T>, bytes: Uint8Array, what: 'key' | 'value'): T {
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw codecError(`a ${what} cannot be decoded`, cause);
  }
}

/** Refuses a codec that is none (`HOTROD_INVALID_ARGUMENT`). */
export function checkCodec(codec: unknown, what: 'key' | 'value'): void {
  const { mediaType, encode, decode } = (codec ?? {}) as Partial<Codec<unknown>>;
  if (typeof mediaType === 'string' && typeof encode === 'function' && typeof decode === 'function') return;
  throw new HotRodError(
    `the codec of the ${what}s is none; it needs mediaType, encode() and decode(): codecs.text, codecs.json(), …`,
    { code: 'HOTROD_INVALID_ARGUMENT' },
  );
}

function codecError(what: string, cause: unknown): HotRodError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HotRodError(`${what}: ${why}`, { code: 'HOTROD_CODEC', cause });
}

function refused(value: string, what: 'key' | 'value'): HotRodError {
  const instead = what === 'key' ? '' : '; to remove an entry call delete()';
  return new HotRodError(`the ${what} is ${value}, which a cache cannot hold${instead}`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}
