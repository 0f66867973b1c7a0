import { encodeBase64 } from '@kvtwin/bytes';
import type { PairRead, PairReadKind } from './pair-read.js';
import { type SideReadJson, sideReadToJson } from './side-read-to-json.js';
import type { Side, Two } from './two.js';

/** A PairRead as JSON can carry it: values as padded standard base64, versions as their text. Fields as in PairRead. */
export interface PairReadJson {
  readonly kind: PairReadKind;
  readonly value?: string;
  readonly values?: Two<string>;
  readonly version?: string;
  readonly versions?: Two<string>;
  readonly present?: Side;
  readonly sides: Two<SideReadJson>;
  readonly versionsCompared: boolean;
  /** JSON has no infinity: one side that never expires is told by name. `Number(...)` reads all three. */
  readonly expirationSkewMs?: number | 'Infinity' | '-Infinity';
}

/** The JSON form of a PairRead. Where a read has no values (`/sismember2`, HEAD) the value fields are left out. */
export function pairReadToJson<V extends Uint8Array | null>(read: PairRead<V>): PairReadJson {
  return {
    kind: read.kind,
    ...detailsOf(read),
    sides: [sideReadToJson(read.sides[0]), sideReadToJson(read.sides[1])],
    versionsCompared: read.versionsCompared,
    ...(read.expirationSkewMs === undefined ? {} : { expirationSkewMs: finite(read.expirationSkewMs) }),
  };
}

function detailsOf<V extends Uint8Array | null>(read: PairRead<V>): Partial<PairReadJson> {
  switch (read.kind) {
    case 'agreed':
      return { ...oneValue(read.value), version: read.version.token };
    case 'version-skew':
      return { ...oneValue(read.value), versions: [read.versions[0].token, read.versions[1].token] };
    case 'value-conflict':
      return { ...twoValues(read.values), version: read.version.token };
    case 'diverged':
      return { ...twoValues(read.values), versions: [read.versions[0].token, read.versions[1].token] };
    case 'one-sided':
      return { present: read.present };
    case 'absent':
    case 'unreadable':
      return {};
  }
}

function oneValue(value: Uint8Array | null): { value?: string } {
  return value === null ? {} : { value: encodeBase64(value) };
}

function twoValues([first, second]: Two<Uint8Array | null>): { values?: Two<string> } {
  return first === null || second === null ? {} : { values: [encodeBase64(first), encodeBase64(second)] };
}

function finite(skewMs: number): number | 'Infinity' | '-Infinity' {
  if (Number.isFinite(skewMs)) return skewMs;
  return skewMs > 0 ? 'Infinity' : '-Infinity';
}
