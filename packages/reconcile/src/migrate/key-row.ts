import { decodeUtf8, encodeBase64, encodeUtf8, equalBytes } from '@kvtwin/bytes';
import { type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import type { SideRead, Two, VersionedValue } from '@kvtwin/versioned-value';
import type { LocatedKey } from './located-key.js';
import type { Disagreement } from './migrate-source.js';
import type { SkipReason } from './skip-reason.js';

/** `type`, `table`, and `key` where it is UTF-8, else `keyBase64`. */
export function keyFields({ type, table, key }: LocatedKey): object {
  const text = decodeUtf8(key);
  const utf8 = equalBytes(encodeUtf8(text), key);
  return {
    type,
    ...(table === undefined ? {} : { table }),
    ...(utf8 ? { key: text } : { keyBase64: encodeBase64(key) }),
  };
}

/** A held key as a line of JSON: what each master holds, by length and SHA-256. */
export async function heldRow(
  located: LocatedKey,
  why: Disagreement,
  sides: Two<SideRead>,
  sha256: Sha256 | undefined,
): Promise<string> {
  return JSON.stringify({
    ...keyFields(located),
    reason: why,
    first: await sideFields(sides[0], sha256),
    second: await sideFields(sides[1], sha256),
  });
}

/** A skipped key as a line of JSON: why, and what source and target hold. */
export async function skippedRow(
  located: LocatedKey,
  reason: SkipReason,
  told: {
    readonly source: VersionedValue;
    readonly target?: VersionedValue | undefined;
    readonly error?: string;
  },
  sha256: Sha256 | undefined,
): Promise<string> {
  return JSON.stringify({
    ...keyFields(located),
    reason,
    ...(told.error === undefined ? {} : { error: told.error }),
    source: await entryFields(told.source, sha256),
    ...(told.target === undefined ? {} : { target: await entryFields(told.target, sha256) }),
  });
}

/** `null`: the side has none; `unknown`: it did not tell. */
async function sideFields(side: SideRead, sha256: Sha256 | undefined): Promise<object | null> {
  if (side.state === 'absent') return null;
  return side.state === 'present' ? entryFields(side.entry, sha256) : { state: side.state };
}

async function entryFields({ value, version }: VersionedValue, sha256: Sha256 | undefined): Promise<object> {
  return { version: version.token, bytes: value.length, sha256: await sha256Hex(value, sha256) };
}
