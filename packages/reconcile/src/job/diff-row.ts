import { decodeUtf8, encodeBase64, encodeUtf8, equalBytes } from '@kvtwin/bytes';
import { type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import { expiryInstantMs, type SideRead } from '@kvtwin/versioned-value';
import type { KeyDifference } from '../diff/key-difference.js';
import type { DiffExample } from './diff-job-summary.js';

/**
 * A difference as one line of a report. It holds nothing of when or how it was found, so that the same data give the
 * same line: key, class, unit, and of each side the version, length and SHA-256 of its value, and the instant of its expiry.
 */
export async function formatDiffRow(
  { class: name, key, read }: KeyDifference,
  unit: number,
  sha256?: Sha256,
): Promise<string> {
  return JSON.stringify({
    ...keyFields(key),
    class: name,
    unit,
    first: await sideFields(read.sides[0], sha256),
    second: await sideFields(read.sides[1], sha256),
  });
}

/** `key` where it is UTF-8, else `keyBase64`. */
export function keyFields(key: Uint8Array): DiffExample {
  const text = decodeUtf8(key);
  return equalBytes(encodeUtf8(text), key) ? { key: text } : { keyBase64: encodeBase64(key) };
}

async function sideFields(side: SideRead, sha256: Sha256 | undefined): Promise<object | null> {
  if (side.state === 'absent') return null;
  if (side.state !== 'present') return { state: side.state };
  const { entry } = side;
  const expiresAtMs = expiryInstantMs(entry);
  const finite = expiresAtMs !== undefined && Number.isFinite(expiresAtMs);
  return {
    version: entry.version.token,
    bytes: entry.value.length,
    sha256: await sha256Hex(entry.value, sha256),
    ...(finite ? { expiresAt: new Date(expiresAtMs).toISOString() } : {}),
  };
}
