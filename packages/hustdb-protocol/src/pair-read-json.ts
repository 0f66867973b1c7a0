import {
  type EntryVersion,
  encodeBase64,
  type PairRead,
  type PairReadKind,
  type Side,
  type SideRead,
  type Two,
} from '@kvtwin/versioned-value';

/** One side of a {@link PairReadJson}. `value` is base64; `version` the token as text. */
export interface SideReadJson {
  readonly state: SideRead['state'];
  readonly value?: string;
  readonly version?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A PairRead as plain JSON: values as padded standard base64, versions as their text. Fields as in PairRead. */
export interface PairReadJson {
  readonly kind: PairReadKind;
  readonly value?: string;
  readonly values?: Two<string>;
  readonly version?: string;
  readonly versions?: Two<string>;
  readonly present?: Side;
  readonly sides: Two<SideReadJson>;
  readonly versionsCompared: boolean;
  readonly expirationSkewMs?: number;
}

/** The JSON view of a PairRead. Where a read has no values (`/sismember2`, HEAD) the value fields are left out. */
export function pairReadToJson(read: PairRead | PairRead<null>): PairReadJson {
  return {
    kind: read.kind,
    ...('value' in read && read.value !== null ? { value: encodeBase64(read.value) } : {}),
    ...('values' in read && read.values[0] !== null && read.values[1] !== null
      ? { values: [encodeBase64(read.values[0]), encodeBase64(read.values[1])] as const }
      : {}),
    ...('version' in read ? { version: read.version.token } : {}),
    ...('versions' in read ? { versions: tokens(read.versions) } : {}),
    ...('present' in read ? { present: read.present } : {}),
    sides: [sideToJson(read.sides[0]), sideToJson(read.sides[1])],
    versionsCompared: read.versionsCompared,
    ...(read.expirationSkewMs === undefined ? {} : { expirationSkewMs: read.expirationSkewMs }),
  };
}

function tokens(versions: Two<EntryVersion>): Two<string> {
  return [versions[0].token, versions[1].token];
}

function sideToJson(side: SideRead<Uint8Array | null>): SideReadJson {
  if (side.state === 'failed') {
    return { state: 'failed', error: { code: side.error.code, message: side.error.message } };
  }
  if (side.state !== 'present') return { state: side.state };
  const { value, version } = side.entry;
  return {
    state: 'present',
    ...(value === null ? {} : { value: encodeBase64(value) }),
    version: version.token,
  };
}
