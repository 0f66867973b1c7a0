import type { LocatedKey, Place } from './located-key.js';
import { locatedBytes, spaces } from './migrate-keys.js';
import type { TargetPlace } from './migrate-target.js';

/** Stands before what one part showed of a key: its side, and its number. */
export interface VerifyTail {
  readonly side: 'source' | 'target';
  readonly part: number;
}

/** What one part showed: SHA-256 of the value, and of the source where it lay there. */
export interface VerifyShown {
  readonly digest: Uint8Array;
  /** The number of its place in the source; of the target: 0. */
  readonly place: number;
}

const tailBytes = 3;
const digestBytes = 32;

/**
 * Under which key what parts show is kept: where the key lies in the target, so that both sides of it stand together;
 * keys that the mapping skips lie apart. Then `u8 side · u16 part`.
 */
export function verifyKey(
  target: TargetPlace | undefined,
  located: LocatedKey,
  { side, part }: VerifyTail,
): Uint8Array {
  const { type, table = '' } = target ?? located;
  const where = target === undefined ? `\u0001${table}` : `${target.cache ?? ''}\u0000${table}`;
  const bytes = locatedBytes({ type, table: where, key: located.key }, [spaces.verified], tailBytes);
  bytes.set([side === 'source' ? 0 : 1, part >>> 8, part & 0xff], bytes.length - tailBytes);
  return bytes;
}

/** The key without its tail: the same for both sides. */
export function verifyIdentity(name: Uint8Array): Uint8Array {
  return name.subarray(0, -tailBytes);
}

export function verifySide(name: Uint8Array): VerifyTail['side'] {
  return name[name.length - tailBytes] === 0 ? 'source' : 'target';
}

export function encodeShown({ digest, place }: VerifyShown): Uint8Array {
  const bytes = new Uint8Array(digestBytes + 4);
  bytes.set(digest);
  new DataView(bytes.buffer).setUint32(digestBytes, place);
  return bytes;
}

export function decodeShown(bytes: Uint8Array): VerifyShown {
  const place = new DataView(bytes.buffer, bytes.byteOffset).getUint32(digestBytes);
  return { digest: bytes.slice(0, digestBytes), place };
}

/** The places of a source by number, in the order in which they were first seen. */
export class NumberedPlaces {
  readonly #places: Place[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf({ type, table }: Place): number {
    const name = `${type}/${table ?? ''}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#places.length);
    this.#places.push(table === undefined ? { type } : { type, table });
    return this.#places.length - 1;
  }

  at(number: number): Place {
    return this.#places[number]!;
  }

  get all(): readonly Place[] {
    return this.#places;
  }
}
