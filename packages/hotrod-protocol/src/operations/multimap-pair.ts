import { bool, bytes } from '../wire/primitives.js';
import { field, since, struct } from '../wire/struct.js';
import { NO_EXPIRATION, type WireExpiration, wireExpiration } from '../wire-expiration.js';

/** A request about one value of one key of a multimap. */
export interface MultimapPair {
  readonly key: Uint8Array;
  /** Not used. */
  readonly expiration?: WireExpiration;
  readonly value: Uint8Array;
  /** Whether a key may hold a value more than once: then its values are a list, else a set. Only on the wire from 4.0. */
  readonly supportsDuplicates?: boolean;
}

/** `bytes key`, expiration, `bytes value`, from 4.0 `bool supportsDuplicates` */
export const multimapPair = struct<MultimapPair>(
  field('key', bytes),
  field('expiration', wireExpiration, { otherwise: NO_EXPIRATION }),
  field('value', bytes),
  since('4.0', field('supportsDuplicates', bool, { otherwise: false })),
);
