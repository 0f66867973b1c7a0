import {
  type IterationEntry,
  NO_MEDIA_TYPE,
  OCTET_STREAM,
  type ProtocolVersion,
  segmentSet,
  segmentsOf,
} from '@kvtwin/hotrod-protocol';
import { toHex } from '@kvtwin/testkit';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openRawConnection, type RawConnection } from '../src/index.js';
import { utf8 } from './sample-keys.js';
import { hasOperation, isFrom, VERSIONS } from './versions.js';

/** Of the cache `operations`, as server.xml says. */
const SEGMENTS = 20;
const ENTRIES = 150;
const BATCH = 40;

interface Walk {
  readonly entries: IterationEntry[];
  readonly finished: number[];
  readonly largestBatch: number;
}

interface WalkOptions {
  readonly segments?: Uint8Array;
  readonly includeMetadata?: boolean;
  readonly batchSize?: number;
  readonly factory?: string;
}

async function walk(connection: RawConnection, options: WalkOptions = {}): Promise<Walk> {
  const request = { batchSize: BATCH, ...options };
  const { iterationId } = (await connection.call('iterationStart', request)).reply;
  const entries: IterationEntry[] = [];
  const finished: number[] = [];
  let largestBatch = 0;
  for (;;) {
    const { reply } = await connection.call('iterationNext', { iterationId });
    entries.push(...reply.entries);
    finished.push(...segmentsOf(reply.finishedSegments));
    largestBatch = Math.max(largestBatch, reply.entries.length);
    if (reply.entries.length === 0) {
      break;
    }
  }
  await connection.call('iterationEnd', { iterationId });
  return { entries, finished: finished.sort((a, b) => a - b), largestBatch };
}

function keysOf(entries: readonly { readonly key: Uint8Array }[]): string[] {
  return entries.map(({ key }) => toHex(key)).sort();
}

const allSegments = Array.from({ length: SEGMENTS }, (_, segment) => segment);

describe.each(VERSIONS.filter((version) => hasOperation(version, 'iterationStart')))(
  'iteration in %s',
  (version: ProtocolVersion) => {
    let connection: RawConnection;
    const entries = Array.from({ length: ENTRIES }, (_, number) => ({
      key: Uint8Array.of(0, 0xff, ...utf8(`key ${number}`)),
      value: utf8(`value ${number}`),
    }));
    beforeAll(async () => {
      connection = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'operations' });
      await connection.call('clear', {});
      const expiration = {
        lifespan: { unit: 'seconds', amount: 900 },
        maxIdle: { unit: 'infinite' },
      } as const;
      await connection.call('putAll', { entries, expiration });
    });
    afterAll(() => connection.close());

    test('shows each entry once, in batches, and names each segment once', async () => {
      const seen = await walk(connection);
      expect(keysOf(seen.entries)).toEqual(keysOf(entries));
      expect(seen.largestBatch).toBeLessThanOrEqual(BATCH);
      expect(seen.finished).toEqual(allSegments);
      expect(seen.entries.every(({ metadata }) => metadata === undefined)).toBe(true);
      const values = new Map(seen.entries.map(({ key, values: [value] }) => [toHex(key), value]));
      expect(entries.every(({ key, value }) => toHex(values.get(toHex(key))!) === toHex(value))).toBe(true);
    });

    test('the segments together are the whole, and each stays within its own', async () => {
      const halves = [allSegments.filter((s) => s % 2 === 0), allSegments.filter((s) => s % 2 === 1)];
      const walks = [];
      for (const half of halves) {
        walks.push(await walk(connection, { segments: segmentSet(half) }));
      }
      expect(walks.map(({ finished }) => finished)).toEqual(halves);
      expect(walks.every((half) => half.entries.length > 0 && half.entries.length < ENTRIES)).toBe(true);
      expect(keysOf(walks.flatMap((half) => half.entries))).toEqual(keysOf(entries));
    });

    test('metadata comes where it was asked for, from 2.5 on', async () => {
      const { entries: seen } = await walk(connection, { includeMetadata: true });
      expect(seen).toHaveLength(ENTRIES);
      const known = {
        lifespan: { createdAtMs: expect.any(Number), seconds: 900 },
        entryVersion: expect.any(BigInt),
      };
      for (const { metadata } of seen) {
        expect(metadata).toEqual(isFrom(version, '2.5') ? known : undefined);
      }
    });

    test('a filter of the server can leave the values away', async () => {
      const factory = 'org.infinispan.server.hotrod.HotRodServer$ToEmptyBytesKeyValueFilterConverter';
      const { entries: seen } = await walk(connection, { factory });
      expect(keysOf(seen)).toEqual(keysOf(entries));
      expect(seen.every(({ values }) => values.length === 1 && values[0]!.length === 0)).toBe(true);
    });

    test('a batch of one entry each ends as well', async () => {
      const segments = segmentSet([3, 4]);
      const { entries: seen, largestBatch } = await walk(connection, { segments, batchSize: 1 });
      expect(largestBatch).toBe(1);
      expect(new Set(keysOf(seen)).size).toBe(seen.length);
    });

    test('an id that the server does not know', async () => {
      const { status, reply } = await connection.call('iterationNext', { iterationId: 'none' });
      expect(status).toBe(5);
      expect(reply).toMatchObject({ outcome: 'invalid-iteration', entries: [] });
      expect((await connection.call('iterationEnd', { iterationId: 'none' })).status).toBe(5);
    });

    test('an empty cache ends at once', async () => {
      const empty = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'empty' });
      const seen = await walk(empty);
      await empty.close();
      expect(seen.entries).toEqual([]);
    });

    if (isFrom(version, '2.8')) {
      test('media types may be named or left to the cache', async () => {
        for (const mediaType of [NO_MEDIA_TYPE, OCTET_STREAM]) {
          const options = { keyMediaType: mediaType, valueMediaType: mediaType };
          const { reply } = await connection.call('get', { key: entries[0]!.key }, options);
          expect(reply).toEqual({ outcome: 'ok', value: entries[0]!.value });
        }
      });
    }
  },
);
