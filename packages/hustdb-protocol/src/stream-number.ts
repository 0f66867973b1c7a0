/**
 * How a node reads numbers: as C++ streams do. White space in front is skipped, leading digits count (`5.9` is 5), what is
 * no number or out of range is 0, and an unsigned type takes `-1` for its largest value.
 */
const NUMBER = /^[ \t\n\v\f\r]*([+-]?)(\d+)/;

/** An unsigned 32-bit parameter (`ver`, `ttl`). */
export function readUint32(text: string): number {
  const value = readInteger(text);
  if (value > 0xffff_ffffn || value < -0xffff_ffffn) return 0;
  return Number(BigInt.asUintN(32, value));
}

/** A signed 32-bit parameter (`offset`, `size`, `file`, `start`, `end`). */
export function readInt32(text: string): number {
  const value = readInteger(text);
  return value === BigInt.asIntN(32, value) ? Number(value) : 0;
}

/** A signed 64-bit parameter (`val` of hincrby, `score`, `min`, `max`). */
export function readInt64(text: string): bigint {
  const value = readInteger(text);
  return value === BigInt.asIntN(64, value) ? value : 0n;
}

/** Booleans: exactly `true` or `1`. */
export function readBoolean(text: string): boolean {
  return text === 'true' || text === '1';
}

function readInteger(text: string): bigint {
  const match = NUMBER.exec(text);
  if (match === null) return 0n;
  const magnitude = BigInt(match[2]!);
  return match[1] === '-' ? -magnitude : magnitude;
}
