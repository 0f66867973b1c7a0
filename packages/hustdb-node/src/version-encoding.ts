import { readBackVersion } from '@kvtwin/hustdb-protocol';

/** How a stored version reads back. */
export type VersionEncoding = (stored: number) => number;

/** A plain counter. */
export const saneVersions: VersionEncoding = (stored) => stored;

/** As HustDB 1.9: a counter up to 63 only. What a write answers is what was stored; what a read tells is this. */
export const faithfulVersions: VersionEncoding = readBackVersion;
