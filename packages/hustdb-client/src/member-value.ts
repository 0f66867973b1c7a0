import type { StoreType } from '@kvtwin/versioned-value';

/** Characters of the longest score: a sign and 19 digits. */
export const MAX_SCORE_BYTES = 20;

/** Why a space of that type does not take a value; undefined where it does. A set's are empty, a sorted set's scores. */
export function objectionTo(type: StoreType, value: Uint8Array): string | undefined {
  if (type === 'set' && value.length > 0) return 'a set member has no value; give an empty one';
  if (type === 'zset' && scoreOf(value) === undefined) {
    return 'the value of a zset member is its score, a signed 64-bit integer as decimal text';
  }
  return undefined;
}

/** The score that decimal text tells; undefined where it is none in its one spelling. */
export function scoreOf(value: Uint8Array): bigint | undefined {
  if (value.length > MAX_SCORE_BYTES) return undefined;
  const text = String.fromCharCode(...value);
  if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return undefined;
  const score = BigInt(text);
  return score === BigInt.asIntN(64, score) ? score : undefined;
}
