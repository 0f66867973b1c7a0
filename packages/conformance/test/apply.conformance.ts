import { join } from 'node:path';
import { openBackend } from '@kvtwin/proxy';
import { type FinishedProcess, type TemporaryFolder, temporaryFolder, toHex } from '@kvtwin/testkit';
import { expiryInstantMs, type StoreFamily, type VersionedStore } from '@kvtwin/versioned-value';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { buildKvtwin, runKvtwin } from './kvtwin-command.js';

const KEYS = 600;
const EXIT_DONE = 0;
const EXIT_DIFFERENCES = 2;
const EXIT_PARTIAL = 3;
/** Long enough to outlive the test. */
const LIFESPAN_MS = 3_600_000;
const RULES = [
  '--rule',
  'only-*/doc:2=delete',
  '--rule',
  'only-*=copy',
  '--rule',
  'expiry-skew=longest',
  '--rule',
  '*=newest:$.updated',
];

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const document = (at: number, day: number): Uint8Array =>
  utf8(JSON.stringify({ at, updated: `2026-11-${String(day).padStart(2, '0')}T10:00:00.123456Z` }));

interface Held {
  readonly value: string;
  readonly endsMs: number;
  readonly maxIdleMs: number | undefined;
}

/** What both sides hold, by side and key. */
async function contentsOf(stores: readonly VersionedStore[]): Promise<Map<string, Held>> {
  const all = new Map<string, Held>();
  for (const [at, store] of stores.entries()) {
    for await (const { entries } of store.scan({ batchSize: 1_000 })) {
      for (const { key, entry } of entries) {
        const { expiration } = entry;
        all.set(`${at} ${toHex(key)}`, {
          value: toHex(entry.value),
          endsMs: expiryInstantMs(entry) ?? Number.NaN,
          maxIdleMs: expiration.kind === 'mortal' ? expiration.maxIdleMs : undefined,
        });
      }
    }
  }
  return all;
}

/** A tenth of the keys differs in one way or another; a third is mortal. */
async function plant(first: VersionedStore, second: VersionedStore): Promise<void> {
  for (let at = 0; at < KEYS; at++) {
    const key = at % 17 === 0 ? new Uint8Array([0xff, at >>> 8, at & 0xff]) : utf8(`doc:${at}`);
    const mortal = at % 3 === 0 ? { lifespanMs: LIFESPAN_MS + at * 1_000 } : {};
    const idle = at % 5 === 0 ? { maxIdleMs: LIFESPAN_MS } : {};
    const kind = at % 40;
    if (kind !== 1) await first.put(key, document(at, 10), { ...mortal, ...idle });
    const other = kind === 4 ? { lifespanMs: LIFESPAN_MS / 2 } : { ...mortal, ...idle };
    if (kind !== 2)
      await second.put(key, document(at, kind === 3 ? 10 + (at % 2 === 0 ? -1 : 1) : 10), other);
  }
}

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await buildKvtwin();
}, 300_000);
afterAll(() => folder.remove());

describe.each([
  ['opaque', '/diff'],
  ['counter', '/diff-counters?envelope=1'],
] as const)('plan, apply and undo on two sites, versions %s', (policy, path) => {
  const urls = [`${inject('firstSite')}${path}`, `${inject('secondSite')}${path}`] as const;
  let families: StoreFamily[];
  let stores: VersionedStore[];

  beforeAll(async () => {
    families = await Promise.all(urls.map(async (url) => (await openBackend(url)).family));
    stores = await Promise.all(families.map((family) => family.open({ type: 'kv' })));
    for (const store of stores) {
      for await (const { entries } of store.scan({ batchSize: 1_000 })) {
        await Promise.all(entries.map(({ key }) => store.remove(key)));
      }
    }
    await plant(stores[0]!, stores[1]!);
  }, 120_000);
  afterAll(async () => {
    for (const family of families) await family.close();
  });

  test('leaves no difference, and brings bytes and expirations back', async () => {
    const kvtwin = (...args: string[]): Promise<FinishedProcess> => runKvtwin(args, folder.path);
    const sides = ['--first', urls[0], '--second', urls[1], '--versions', policy];
    const diff = (): Promise<FinishedProcess> =>
      kvtwin('diff', ...sides, '--settle', '60ms', '--json', '--quiet');
    const original = await contentsOf(stores);
    const found = await diff();
    expect(found.exitCode, found.stderr).toBe(EXIT_DIFFERENCES);
    const { job } = JSON.parse(found.stdout) as { job: string };
    const plan = join(folder.path, `${policy}.ndjson`);
    const planned = await kvtwin('plan', job, '--output', plan, '--json', ...RULES);
    expect(planned.exitCode, planned.stderr).toBe(EXIT_DONE);
    const counts = JSON.parse(planned.stdout) as Record<string, number>;
    expect(counts).toMatchObject({ copy: expect.any(Number), expiry: 15, undecided: 0 });

    const raced = stores[1]!;
    const racedKey = utf8('doc:3');
    await raced.put(racedKey, utf8('newer than the plan'));
    const applied = await kvtwin('apply', plan, '--yes', '--json');
    expect(applied.exitCode, applied.stderr).toBe(EXIT_PARTIAL);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      'changed-since': 1,
      rejected: 0,
      unknown: 0,
      unverified: 0,
    });
    expect(new TextDecoder().decode((await raced.get(racedKey))?.value)).toBe('newer than the plan');
    await raced.remove(racedKey);
    await stores[0]!.remove(racedKey);
    const after = await diff();
    expect(after.exitCode, after.stdout).toBe(EXIT_DONE);
    expect(JSON.parse(after.stdout)).toMatchObject({ classes: { 'expiry-skew': 0 } });

    const undone = await kvtwin('undo', job, '--yes', '--json');
    expect(undone.exitCode, undone.stdout + undone.stderr).toBe(EXIT_DONE);
    const restored = await contentsOf(stores);
    for (const at of [0, 1]) original.delete(`${at} ${toHex(racedKey)}`);
    expect([...restored.keys()].sort()).toEqual([...original.keys()].sort());
    for (const [where, before] of original) {
      const now = restored.get(where);
      expect(now, where).toMatchObject({ value: before.value, maxIdleMs: before.maxIdleMs });
      if (now?.endsMs !== before.endsMs)
        expect(Math.abs(now!.endsMs - before.endsMs)).toBeLessThanOrEqual(1_000);
    }
  }, 120_000);
});
