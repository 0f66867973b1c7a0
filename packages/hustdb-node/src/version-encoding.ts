/** How a stored version reads back. */
export type VersionEncoding = (stored: number) => number;

/** A plain counter. */
export const saneVersions: VersionEncoding = (stored) => stored;

/**
 * The encoding of HustDB 1.9, kept in 6 + 16 bits that are split at 64 and joined at 16: a counter up to 63 only.
 * What a write answers is what was stored; what a read tells is this.
 */
export const faithfulVersions: VersionEncoding = (stored) =>
  16 * (Math.floor(stored / 64) % 64) + (stored % 65_536);
