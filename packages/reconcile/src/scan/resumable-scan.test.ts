import {
  ManualClock,
  openMemoryStoreFamily,
  type ScanOptions,
  StoreError,
  type StoreErrorCode,
  type VersionedStore,
} from '@kvtwin/versioned-value';
import { beforeEach, describe, expect, it } from 'vitest';
import { alteredStore } from '../../test/altered-store.js';
import { simulate } from '../../test/simulate.js';
import { resumableScan } from './resumable-scan.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let clock: ManualClock;
let store: VersionedStore;

beforeEach(async () => {
  clock = new ManualClock();
  store = await openMemoryStoreFamily('scanned', { clock }).open({ type: 'kv' });
  for (let at = 0; at < 10; at++) await store.put(utf8(`k${at}`), utf8('v'));
});

/** Fails after each batch until `failures` are used up. */
function breaking(failures: number, code: StoreErrorCode, asked: ScanOptions[] = []): VersionedStore {
  let left = failures;
  return alteredStore(store, {
    async *scan(options = {}) {
      asked.push(options);
      for await (const batch of store.scan(options)) {
        if (left-- > 0) throw new StoreError('broken off', { code });
        yield batch;
      }
    },
  });
}

const keysOf = async (scanned: VersionedStore, batchSize = 3): Promise<string[]> => {
  const keys: string[] = [];
  const { signal } = new AbortController();
  const options = { batchSize, timeoutMs: 1000, retries: 2, clock, signal };
  const read = async (): Promise<void> => {
    for await (const { entries } of resumableScan(scanned, options)) {
      keys.push(...entries.map(({ key }) => new TextDecoder().decode(key)));
    }
  };
  await simulate(clock, read());
  return keys;
};

describe('resumableScan', () => {
  it('takes up a scan that broke off, at its cursor, after a pause', async () => {
    const asked: ScanOptions[] = [];
    const before = clock.nowMs();
    expect(new Set(await keysOf(breaking(2, 'STORE_UNREACHABLE', asked))).size).toBe(10);
    expect(asked).toHaveLength(3);
    expect(clock.nowMs() - before).toBe(300);
  });

  it('fails when it breaks off too often in a row', async () => {
    await expect(keysOf(breaking(3, 'STORE_TIMEOUT'))).rejects.toMatchObject({ code: 'STORE_TIMEOUT' });
  });

  it('fails at once where trying again is of no use', async () => {
    await expect(keysOf(breaking(1, 'STORE_AUTH'))).rejects.toMatchObject({ code: 'STORE_AUTH' });
  });

  it('asks for fewer entries when a batch is heavy, and loses none', async () => {
    for (let at = 0; at < 10; at++) await store.put(utf8(`k${at}`), new Uint8Array(2 * 1024 * 1024));
    const asked: ScanOptions[] = [];
    expect(await keysOf(breaking(0, 'STORE_TIMEOUT', asked), 8)).toHaveLength(10);
    expect(asked.map(({ batchSize }) => batchSize)).toEqual([8, 2]);
  });
});
