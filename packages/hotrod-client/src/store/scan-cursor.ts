import { HotRodError } from '../hotrod-error.js';

/**
 * Where a scan stands: `v1.<segments>.<finished>`, the segments in all (0: the server does not tell) and the bit set of
 * those wholly shown, in hex (bit `s mod 8` of byte `s div 8`).
 */
export interface ScanCursor {
  readonly segmentCount: number;
  readonly finished: Uint8Array;
}

/** The cursor behind everything. */
export const FINISHED_SCAN = 'v1.finished';

export function formatScanCursor({ segmentCount, finished }: ScanCursor): string {
  return `v1.${segmentCount}.${Buffer.from(finished).toString('hex')}`;
}

/** Reads a cursor; throws `HOTROD_INVALID_ARGUMENT` on any other text. */
export function parseScanCursor(text: string): ScanCursor | 'finished' {
  if (text === FINISHED_SCAN) return 'finished';
  const match = /^v1\.(\d{1,7})\.((?:[0-9a-f]{2})*)$/.exec(text);
  if (match !== null) {
    return { segmentCount: Number(match[1]), finished: new Uint8Array(Buffer.from(match[2] ?? '', 'hex')) };
  }
  throw new HotRodError(`not a cursor of a Hot Rod scan: ${JSON.stringify(text.slice(0, 40))}`, {
    code: 'HOTROD_INVALID_ARGUMENT',
  });
}

/** Both bit sets as one. */
export function unionOfSegments(one: Uint8Array, other: Uint8Array): Uint8Array {
  const [longer, shorter] = one.length >= other.length ? [one, other] : [other, one];
  const union = longer.slice();
  for (let at = 0; at < shorter.length; at++) union[at] = (union[at] as number) | (shorter[at] as number);
  return union;
}

/** The segments of a cache of `segmentCount` that are not in the bit set, ascending. */
export function segmentsMissing(finished: Uint8Array, segmentCount: number): number[] {
  const missing: number[] = [];
  for (let segment = 0; segment < segmentCount; segment++) {
    if ((((finished[segment >> 3] ?? 0) >> (segment & 7)) & 1) === 0) missing.push(segment);
  }
  return missing;
}
