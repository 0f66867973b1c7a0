import type { EntryVersion } from '@kvtwin/versioned-value';

/** The 8 bytes of a version as 16 hex digits, in wire order. */
export function toEntryVersion(version: bigint): EntryVersion {
  return { scheme: 'hotrod', token: BigInt.asUintN(64, version).toString(16).padStart(16, '0') };
}

/** The version of a token; undefined for one that no Hot Rod server gave out. */
export function fromEntryVersion({ scheme, token }: EntryVersion): bigint | undefined {
  return scheme === 'hotrod' && /^[0-9a-f]{16}$/.test(token)
    ? BigInt.asIntN(64, BigInt(`0x${token}`))
    : undefined;
}
