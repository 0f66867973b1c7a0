import { createHash } from 'node:crypto';
import { seededRandom } from '@kvtwin/testkit';
import { describe, expect, inject, test } from 'vitest';
import { openRawConnection, type RawConnection } from '../src/index.js';
import { utf8 } from './sample-keys.js';

const MIB = 1024 * 1024;
const SIZES_MIB = [1, 64] as const;
const ENTRIES = 50_000;

/** Bytes that no two places of a value share, made fast: a random block whose head counts the blocks. */
function largeValue(bytes: number): Uint8Array {
  const value = new Uint8Array(bytes);
  const block = seededRandom(bytes).bytes(65_536);
  for (let at = 0; at < bytes; at += block.length) {
    value.set(block.subarray(0, bytes - at), at);
    new DataView(value.buffer).setUint32(at, at);
  }
  return value;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Effort {
  readonly copied: number;
  readonly reentries: number;
  readonly chunks: number;
}

async function effortOf<T>(
  connection: RawConnection,
  call: () => Promise<T>,
): Promise<{ result: T; effort: Effort }> {
  const { bytesCopied, reentries } = connection.counters;
  const { chunks } = connection;
  const result = await call();
  const after = connection.counters;
  return {
    result,
    effort: {
      copied: after.bytesCopied - bytesCopied,
      reentries: after.reentries - reentries,
      chunks: connection.chunks - chunks,
    },
  };
}

/** Each byte is copied once, out of the socket's memory; a message is entered again once per chunk at most. */
function expectLinear(effort: Effort, payload: number): void {
  expect(effort.copied).toBeGreaterThanOrEqual(payload);
  expect(effort.copied).toBeLessThan(payload * 1.01 + 1_024);
  expect(effort.reentries).toBeLessThanOrEqual(effort.chunks);
}

describe.each(['2.0', '2.8', '3.1', '4.1'] as const)('large values in %s', (version) => {
  test.each(SIZES_MIB)(
    '%i MiB there and back, decoded in linear effort',
    { timeout: 120_000 },
    async (mib) => {
      const connection = await openRawConnection({ port: inject('firstPort'), version, cacheName: 'large' });
      const key = utf8(`large ${mib}`);
      const value = largeValue(mib * MIB);
      expect((await connection.call('put', { key, value })).status).toBe(0);
      const { result, effort } = await effortOf(connection, () => connection.call('get', { key }));
      const { reply } = result;
      expect(reply.outcome === 'ok' && sha256(reply.value)).toBe(sha256(value));
      expectLinear(effort, value.length);
      const withMetadata = await effortOf(connection, () => connection.call('getWithMetadata', { key }));
      expectLinear(withMetadata.effort, value.length);
      expect((await connection.call('remove', { key })).status).toBe(0);
      await connection.close();
    },
  );
});

test('one getAll of 50,000 entries is decoded in linear effort', { timeout: 120_000 }, async () => {
  const connection = await openRawConnection({
    port: inject('firstPort'),
    version: '4.1',
    cacheName: 'large',
  });
  const entries = Array.from({ length: ENTRIES }, (_, number) => ({
    key: utf8(`entry ${number}`),
    value: utf8(`value ${number}`.padEnd(40)),
  }));
  for (let at = 0; at < ENTRIES; at += 5_000) {
    await connection.call('putAll', { entries: entries.slice(at, at + 5_000) });
  }
  const keys = entries.map(({ key }) => key);
  const { result, effort } = await effortOf(connection, () => connection.call('getAll', { keys }));
  expect(result.reply.entries).toHaveLength(ENTRIES);
  expectLinear(
    effort,
    entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0),
  );
  await connection.call('clear', {});
  await connection.close();
});
