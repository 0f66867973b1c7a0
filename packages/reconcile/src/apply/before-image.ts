import { decodeBase64, encodeBase64 } from '@kvtwin/bytes';
import type { Expiration, SideRead, VersionedValue } from '@kvtwin/versioned-value';

/** What a side held before it was written, as JSON; `null`: nothing. */
export interface BeforeImage {
  /** Padded standard base64. */
  readonly value: string;
  readonly expiration: Expiration;
  readonly createdAtMs?: number;
}

/** Keeps what is needed to put an entry back: its bytes, and when it would have gone away. */
export function beforeImageOf(side: SideRead): BeforeImage | null {
  if (side.state !== 'present') return null;
  const { value, expiration, createdAtMs } = side.entry;
  return {
    value: encodeBase64(value),
    expiration,
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
  };
}

/** The entry that an image stands for, without the version, which cannot come back. */
export function entryOfImage(image: BeforeImage): Omit<VersionedValue, 'version'> {
  const { value, expiration, createdAtMs } = image;
  return {
    value: decodeBase64(value),
    expiration,
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
  };
}
