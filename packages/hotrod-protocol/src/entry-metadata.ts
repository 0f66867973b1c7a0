import type { EntryMetadata } from './metadata-of-entry.js';
import type { Codec } from './wire/codec.js';
import { mapped } from './wire/mapped.js';
import { i64, timestamp, u8, vInt } from './wire/primitives.js';
import { field, struct } from './wire/struct.js';

export type { EntryMetadata };

interface MetadataFields {
  flags: number;
  createdAtMs?: number;
  lifespanSeconds?: number;
  lastUsedAtMs?: number;
  maxIdleSeconds?: number;
  entryVersion: bigint;
}

const INFINITE_LIFESPAN = 0x01;
const INFINITE_MAX_IDLE = 0x02;

const lacks =
  (bit: number) =>
  (before: object): boolean =>
    ((before as MetadataFields).flags & bit) === 0;

/**
 * ```
 *   u8 flags   [i64 created ms  vInt lifespan s]   [i64 last used ms  vInt max idle s]   i64 version
 *              without flag 0x01                   without flag 0x02
 * ```
 */
export const entryMetadata: Codec<EntryMetadata> = mapped<MetadataFields, EntryMetadata>(
  struct<MetadataFields>(
    field('flags', u8),
    field('createdAtMs', timestamp, { when: lacks(INFINITE_LIFESPAN) }),
    field('lifespanSeconds', vInt, { when: lacks(INFINITE_LIFESPAN) }),
    field('lastUsedAtMs', timestamp, { when: lacks(INFINITE_MAX_IDLE) }),
    field('maxIdleSeconds', vInt, { when: lacks(INFINITE_MAX_IDLE) }),
    field('entryVersion', i64),
  ),
  {
    layout: 'metadata',
    fromWire: ({ createdAtMs, lifespanSeconds, lastUsedAtMs, maxIdleSeconds, entryVersion }) => {
      const lifespan =
        createdAtMs === undefined || lifespanSeconds === undefined
          ? undefined
          : { createdAtMs, seconds: lifespanSeconds };
      const maxIdle =
        lastUsedAtMs === undefined || maxIdleSeconds === undefined
          ? undefined
          : { lastUsedAtMs, seconds: maxIdleSeconds };
      return { lifespan, maxIdle, entryVersion };
    },
    toWire: ({ lifespan, maxIdle, entryVersion }) => ({
      flags:
        (lifespan === undefined ? INFINITE_LIFESPAN : 0) | (maxIdle === undefined ? INFINITE_MAX_IDLE : 0),
      createdAtMs: lifespan?.createdAtMs,
      lifespanSeconds: lifespan?.seconds,
      lastUsedAtMs: maxIdle?.lastUsedAtMs,
      maxIdleSeconds: maxIdle?.seconds,
      entryVersion,
    }),
  },
);
